import AsyncHTTPClient
import Core
import Foundation
import NIOCore
import UnixSignals

/// Waits for a job's end and shows its progress. A broken connection is opened again, after the last event.
struct FollowJob: Sendable {
    private static let ends: Set<String> = ["completed", "failed", "cancelled"]
    /// In a row, without receiving anything.
    private static let losses = 30

    let api: APIClient
    let job: String
    let display: ProgressDisplay
    let time: Time

    /// Everything about the job, once it has ended.
    func callAsFunction() async throws -> JSON {
        try await withThrowingTaskGroup(of: JSON?.self) { group in
            group.addTask { try await follow() }
            group.addTask { try await watch() }
            group.addTask { try await watchInterrupts() }
            defer { group.cancelAll() }
            while let details = try await group.next() {
                if let details { return details }
            }
            throw CancellationError()
        }
    }

    private func follow() async throws -> JSON {
        var lastID: String?
        var losses = 0
        while true {
            do {
                var parser = EventParser()
                for try await part in try await api.events(of: job, after: lastID) {
                    losses = 0
                    for event in parser.feed(part.readableBytesView) {
                        if let id = event.id { lastID = id }
                        if await hasEnded(with: event) { return try await details() }
                    }
                }
            } catch let error where !(error is Failure || error is CancellationError) {
                await display.change { $0.isReconnecting = true }
            }
            losses += 1
            guard losses < Self.losses else { throw lost }
            try await time.sleep(.seconds(losses < 3 ? 1 : 2))
        }
    }

    private func hasEnded(with event: ServerEvent) async -> Bool {
        guard let data = try? JSON(parsing: event.data) else { return false }
        await display.change { $0.take(event, data) }
        return Self.ends.contains(event.name)
    }

    private func details() async throws -> JSON {
        try await api.json(.init(path: "/api/jobs/\(job)"))
    }

    private var lost: Failure {
        Failure(.unreachable, "The connection to \(api.target.url) was lost. Job \(job) continues on the server.")
    }

    /// The place in the queue and the estimate, every two seconds; the drawn line moves in between.
    private func watch() async throws -> JSON? {
        for tick in 0... {
            if tick % 10 == 0, let details = try? await details() { await display.change { $0.take(details: details) } }
            try await time.sleep(.milliseconds(200))
            await display.tick()
        }
        return nil
    }

    /// Waiting is what Ctrl-C ends, never the job: that costs nothing more by being left alone, and its result is
    /// stored.
    private func watchInterrupts() async throws -> JSON? {
        var isSecond = false
        for await _ in await UnixSignalsSequence(trapping: .sigint) {
            if isSecond { throw Failure(.interrupted, "Stopped waiting. Job \(job) continues on the server.") }
            isSecond = true
            await display.note("Job \(job) continues on the server. Press Ctrl-C again to stop waiting.")
        }
        return nil
    }
}
