import Core
import Hummingbird

/// Reads bodies of requests for jobs. Most are small. One that brings a picture as a data URI may be large, and few of
/// those are read at once, as each is held in memory.
struct JobRequestReader: Sendable {
    static let usualLimit = 256 << 10
    /// An upload of the most bytes in base64, and the rest of the request.
    static let limit = Bucket.uploads.sizeLimit / 3 * 4 + usualLimit

    private let turns = Turns(4)

    /// Throws 413, 429 if the account is sending another large one, or 400 `invalid_json`.
    func callAsFunction(_ request: Request, of account: ID<Account>) async throws -> JobRequestBody {
        var turn: Turns.Turn?
        let bytes = try await request.bytes(limit: Self.limit) { size in
            if size > Self.usualLimit, turn == nil { turn = try turns.take(for: account) }
        }
        return JobRequestBody(json: try JSON(body: bytes), bytes: bytes, turn: turn)
    }
}

struct JobRequestBody {
    let json: JSON
    let bytes: [UInt8]
    /// Lasts as long as the body is in use.
    fileprivate let turn: Turns.Turn?
}
