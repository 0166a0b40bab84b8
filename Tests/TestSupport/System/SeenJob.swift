package import Core
package import Foundation

/// A job as `GET /api/jobs/{id}` shows it.
package struct SeenJob: Sendable, CustomStringConvertible {
    package let json: JSON

    package init(_ json: JSON) {
        self.json = json
    }

    package var description: String { json.text }
    package var status: String? { json["job"]?["status"]?.string }
    package var hasEnded: Bool { json["job"]?["endedAt"]?.string != nil }
    package var code: String? { json["job"]?["error"]?["code"]?.string }
    package var message: String? { json["job"]?["error"]?["message"]?.string }
    package var attempts: [JSON] { json["attempts"]?.array ?? [] }
    package var outputs: [JSON] { json["outputs"]?.array ?? [] }
    package var percent: Int64? { json["progress"]?["percent"]?.integer }
    package var providerQueuePosition: Int64? { json["progress"]?["providerQueuePosition"]?.integer }
    package var logs: [JSON] { json["progress"]?["logs"]?.array ?? [] }

    /// Reserved, captured, released.
    package var receipt: [Decimal?] {
        ["reserved", "captured", "released"].map { json["receipt"]?[$0]?.number }
    }
}
