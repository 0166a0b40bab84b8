import Core
import Logging
import SQL
import ServiceLifecycle

/// Runs queued requests, a limited number at a time.
struct Runner: Service {
    let database: Database
    let renderer: Renderer
    let settings: Server.Settings
    let time: Time
    let logger: Logger
    /// Sent when a request was accepted.
    let requestSignal: Signal
    /// Sent when a request has ended.
    let endSignal: Signal
    private let concurrency: ConcurrencyLimit

    init(
        database: Database, renderer: Renderer, settings: Server.Settings, time: Time, logger: Logger,
        requestSignal: Signal, endSignal: Signal
    ) {
        self.database = database
        self.renderer = renderer
        self.settings = settings
        self.time = time
        self.logger = logger
        self.requestSignal = requestSignal
        self.endSignal = endSignal
        concurrency = ConcurrencyLimit(settings.concurrency)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    await requestSignal.wait(atMost: startAll(in: &group), time)
                }
            }
        }
    }

    /// Runs one request from its start to its end. One that never ends is left as it is.
    func perform(_ request: QueueRequest) async throws {
        let begin = time.now()
        if let startBy = request.startBy, begin > startBy {
            return try await end(request, Outcome(status: 504, "Request timed out", errorType: "request_timeout"))
        }
        guard !request.script.has(.never) else { return }
        let outcome = await renderer.outcome(of: request)
        let left = request.duration(usual: settings.duration) - (time.now() - begin)
        if left > .zero, !request.script.has(.webhookFirst) || request.script.has(.slow) { try await time.sleep(left) }
        try await end(request, outcome)
    }

    func end(_ request: QueueRequest, _ outcome: Outcome) async throws {
        let now = time.now()
        // With this fault the submission delivers the webhook itself, before its response.
        let deliverAt: Instant? =
            if request.script.has(.webhookLost) {
                nil
            } else if request.script.has(.webhookFirst) {
                now + .seconds(60)
            } else {
                now
            }
        let isFirst = try await database.write(order: .alone) { transaction in
            try transaction.endRequest(request.id, outcome, deliverAt: deliverAt, now: now)
        }
        guard isFirst else { return }
        logger.info("request ended", metadata: ["request": "\(request.id)", "status": "\(outcome.status)"])
        endSignal.send()
    }

    /// Starts requests, up to the concurrency limit. Returns how long to wait for the next signal.
    private func startAll(in group: inout DiscardingTaskGroup) async -> Duration {
        do {
            let now = time.now()
            let free = concurrency.available
            let started = free > 0
                ? try await database.write(order: .alone) { try $0.startRequests(free, now: now) } : []
            for request in started {
                if request.countsTowardLimit { concurrency.acquire() }
                group.addTask { await performLogged(request) }
            }
            if !started.isEmpty { return .zero }
            let next = try await database.read { try $0.earliestStart() }
            guard let next, next > now else { return .seconds(5) }
            return min(max(next - now, .milliseconds(5)), .seconds(5))
        } catch is CancellationError {
            return .zero
        } catch {
            logger.error("queue not read", metadata: ["error": "\(error)"])
            return .seconds(1)
        }
    }

    private func performLogged(_ request: QueueRequest) async {
        do {
            try await perform(request)
        } catch is CancellationError {
            // The process stops. The request stays in progress, and starts again at the next start of the process.
        } catch {
            logger.error("request not ended", metadata: ["request": "\(request.id)", "error": "\(error)"])
        }
        if request.countsTowardLimit { concurrency.release() }
        requestSignal.send()
    }
}
