import Core
import Foundation
import SQL
@testable import FalEmulator

/// Requests for tests of the queue that need no server.
enum QueueSample {
    static let begin = Instant(seconds: 1_780_000_000)

    /// Accepted so many seconds after `begin`, to be started at once unless said otherwise.
    static func request(
        _ seconds: Int64 = 0, faults: String = "", webhook: String? = nil, wait: Duration = .zero,
        state: FalQueueState = .inQueue
    ) -> QueueRequest {
        let accepted = begin + .seconds(seconds)
        return QueueRequest(
            id: .make(at: accepted), app: FalAppID("fal-ai/flux/schnell") ?? unreachable(),
            input: ["prompt": "a park", "seed": 7], script: FaultScript(list: faults) ?? unreachable(),
            baseURL: "http://sandbox.test", webhookURL: webhook, state: state, acceptedAt: accepted,
            startAt: accepted + wait, startBy: nil, startedAt: state == .inQueue ? nil : accepted)
    }

    private static func unreachable<Value>() -> Value { preconditionFailure("a sample is well-formed") }

    /// Runs `body` with the database of a sandbox that was never started.
    static func withDatabase(_ body: (Database) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "queue-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = Database(try SQLiteEngine(path: folder.appending(path: "sandbox.sqlite").path))
        do {
            try await FalEmulator.Schema.migrator.migrate(database) { 0 }
            try await body(database)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }
}
