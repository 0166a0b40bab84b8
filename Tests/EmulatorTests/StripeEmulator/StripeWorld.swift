import Core
import Foundation
import SQL
import Synchronization
import Testing
@testable import StripeEmulator

/// Stripe's API in this process, without a socket: with a database of its own, and a clock that stands still until a
/// test moves it.
struct StripeWorld: Sendable {
    let emulator: Emulator
    let api: API
    let clock: StillClock

    static let key = "sk_test_world"

    /// - Parameter version: The version of the API for requests that name none, and of events.
    static func with(
        at start: String = "2027-01-01T00:00:00Z", version: APIVersion = .current,
        _ body: (StripeWorld) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "stripe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = Database(try SQLiteEngine(path: folder.appending(path: "stripe.sqlite").path))
        try await StripeEmulator.Schema.migrator.migrate(database) { 0 }
        let clock = StillClock(try #require(Instant(text: start)))
        let emulator = Emulator(database: database, rules: .init(version: version), time: clock.time) {
            "http://stripe.test"
        }
        do {
            try await body(StripeWorld(emulator: emulator, api: API(emulator: emulator, key: Self.key), clock: clock))
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    struct Reply: Sendable {
        let status: Int
        let body: JSON
        let isReplayed: Bool

        /// What an error says to a program: status, type, code and parameter; `-` for what is not there.
        var refusal: String {
            let members = ["type", "code", "param"].map { body.at("error.\($0)").string ?? "-" }
            return ([String(status)] + members).joined(separator: " ")
        }
    }

    func call(
        _ method: APIRequest.Method, _ path: String, _ form: String = "", key: String? = nil, version: String? = nil,
        authorization: String? = "Bearer \(StripeWorld.key)"
    ) async throws -> Reply {
        let isPost = method == .post
        let response = try await api.response(to: APIRequest(
            method: method, path: path, query: isPost ? "" : form, body: isPost ? form : "",
            authorization: authorization, version: version, idempotencyKey: key))
        return Reply(
            status: response.status, body: try JSON(parsing: response.body), isReplayed: response.isReplayed)
    }

    /// The object of a call that succeeds; a refusal fails the test.
    func post(_ path: String, _ form: String = "", version: String? = nil) async throws -> JSON {
        try await accepted(call(.post, path, form, version: version))
    }

    func get(_ path: String, _ query: String = "", version: String? = nil) async throws -> JSON {
        try await accepted(call(.get, path, query, version: version))
    }

    func delete(_ path: String) async throws -> JSON {
        try await accepted(call(.delete, path))
    }

    private func accepted(_ reply: Reply) throws -> JSON {
        try #require(reply.status == 200, "\(reply.body.text)")
        return reply.body
    }

    func refusal(_ method: APIRequest.Method = .post, _ path: String, _ form: String = "") async throws -> String {
        try await call(method, path, form).refusal
    }

    /// The types of all events, the oldest first.
    func events(_ types: String? = nil) async throws -> [String] {
        let filter = types.map { "&types[]=\($0)" } ?? ""
        let events = try await get("/v1/events", "limit=100" + filter)
        return (events.at("data.*.type").array ?? []).reversed().compactMap(\.string)
    }

    /// Moves the emulator's own clock to a moment.
    func move(to moment: String) async throws {
        let seconds = try #require(Instant(text: moment)).seconds
        _ = try await post("/_emulator/clock/advance", "to=\(seconds)")
    }
}

/// A clock that only a test moves, or one who sleeps: by the time slept, at once.
final class StillClock: Sendable {
    private let state: Mutex<Instant>

    init(_ now: Instant) {
        state = Mutex(now)
    }

    var now: Instant {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }

    var time: Time {
        Time(now: { self.now }, sleep: { duration in self.state.withLock { $0 = $0 + duration } })
    }
}

extension JSON {
    /// The value at a path such as `items.data.0.price.id`, `null` if there is none; `*` is each element of a list.
    func at(_ path: String) -> JSON { at(path.split(separator: ".")[...]) }

    private func at(_ steps: ArraySlice<Substring>) -> JSON {
        guard let step = steps.first else { return self }
        let rest = steps.dropFirst()
        guard let elements = array else { return self[String(step)]?.at(rest) ?? .null }
        if step == "*" { return .array(elements.map { $0.at(rest) }) }
        return Int(step).flatMap { elements.indices.contains($0) ? elements[$0].at(rest) : nil } ?? .null
    }

    var id: String { self["id"]?.string ?? "" }

    /// The day of a time in seconds, such as `2027-02-28`.
    func day(_ path: String) -> String {
        at(path).integer.map { String(Instant(seconds: $0).text.prefix(10)) } ?? ""
    }
}
