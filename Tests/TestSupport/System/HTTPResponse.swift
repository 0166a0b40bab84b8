package import Core
package import Foundation

/// A complete response of a server.
package struct HTTPResponse: Sendable {
    package let status: Int
    /// By lower-case name; the last of several.
    package let headers: [String: String]
    package let bytes: [UInt8]

    package init(status: Int, headers: [String: String], bytes: [UInt8]) {
        self.status = status
        self.headers = headers
        self.bytes = bytes
    }

    package subscript(name: String) -> JSON? { json[name] }

    /// Null if the body is no JSON.
    package var json: JSON { (try? JSON(parsing: bytes)) ?? .null }
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    package var code: String? { json["error"]?["code"]?.string }
    package var field: String? { json["error"]?["field"]?.string }
    package var message: String { json["error"]?["message"]?.string ?? "" }
    package var jobID: String { json["job"]?["id"]?.string ?? "" }
}

extension JSON {
    /// A number, whole or not.
    package var number: Decimal? {
        switch self {
        case .integer(let integer): Decimal(integer)
        case .decimal(let decimal): decimal
        case .null, .bool, .string, .array, .object: nil
        }
    }

    package var isNull: Bool { self == .null }
}
