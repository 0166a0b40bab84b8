package import Logging
import ServiceLifecycle
package import SQL
import Synchronization

/// Reads what happens to the accounts that are watched on this node, once for all streams of an account, and sends it
/// to them. A stream costs a place in a list and a few batches that it shares with others; one that does not keep up is
/// cut off.
package final class EventHub: Service {
    /// Seconds between signs of life of one stream, below the time-outs of proxies; and between reads of an account
    /// without a notification.
    private static let heartbeat = 15
    private static let accountsAtOnce = 32
    private static let eventsAtOnce = 500
    /// Batches that a stream may be behind.
    private static let bufferLimit = 32
    /// What sending to one stream takes, as a bound: thousands of streams receive larger batches instead of more of
    /// them.
    private static let pause = Duration.microseconds(20)

    private struct State {
        var feeds: [ID<Account>: AccountFeed] = [:]
        var tokens: [ID<Account>: Notifier.Token] = [:]
        var marked: Set<ID<Account>> = []
        var next = 0
        var isClosed = false
    }

    private let database: Database
    private let notifier: Notifier
    private let time: Time
    private let logger: Logger
    private let state = Mutex(State())
    private let marks = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    package init(database: Database, notifier: Notifier, time: Time, logger: Logger) {
        self.database = database
        self.notifier = notifier
        self.time = time
        self.logger = logger
    }

    /// Opens what a stream receives from now on. Its reader has read up to `position` by itself; if the hub has read
    /// further, the subscription's position says so, and the reader must read what lies between.
    package func open(
        _ account: ID<Account>, _ job: ID<Job>?, at position: Int64, cutOff: @escaping @Sendable () -> Void
    ) -> EventSubscription {
        let (batches, continuation) = AsyncStream.makeStream(
            of: EventBatch.self, bufferingPolicy: .bufferingOldest(EventHub.bufferLimit))
        let subscription = state.withLock { state -> EventSubscription in
            state.next += 1
            guard !state.isClosed else {
                continuation.finish()
                return EventSubscription(account: account, number: state.next, position: position, batches: batches)
            }
            var feed = state.feeds[account] ?? AccountFeed(position: position)
            if state.feeds[account] == nil {
                state.tokens[account] = notifier.onChange(of: account) { [weak self] in self?.mark([account]) }
            }
            feed.add(AccountFeed.Stream(job: job, continuation: continuation, cutOff: cutOff), state.next)
            if let progress = feed.progress(of: job) { continuation.yield(progress) }
            state.feeds[account] = feed
            return EventSubscription(account: account, number: state.next, position: feed.position, batches: batches)
        }
        mark([account])
        return subscription
    }

    /// Ends what a stream receives: its reader gets what was sent before, and then the end.
    package func end(_ subscription: EventSubscription) {
        state.withLock { $0.feeds[subscription.account]?.streams[subscription.number] }?.continuation.finish()
        close(subscription)
    }

    package func close(_ subscription: EventSubscription) {
        remove([subscription.number], of: subscription.account)
    }

    /// Until graceful shutdown: then all streams end, and clients come back to another node.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.sendUntilCancelled() }
                group.addTask { await self.beatUntilCancelled() }
            }
        }
        endAll()
    }

    private func sendUntilCancelled() async {
        for await _ in marks.stream {
            while case let accounts = takeMarked(), !accounts.isEmpty, !Task.isCancelled {
                do {
                    let sent = try await sendNews(of: accounts)
                    if sent > 250 { try await time.sleep(EventHub.pause * sent) }
                } catch {
                    if Task.isCancelled { return }
                    logger.warning("events not read", metadata: ["error": "\(error)"])
                    mark(accounts)
                    do { try await time.sleep(.seconds(1)) } catch { return }
                }
            }
        }
    }

    /// Returns how many streams received something.
    private func sendNews(of accounts: [ID<Account>]) async throws -> Int {
        let positions = state.withLock { state in
            accounts.compactMap { account in state.feeds[account].map { (account: account, position: $0.position) } }
        }
        guard !positions.isEmpty else { return 0 }
        let found = try await database.read { transaction in
            try positions.map { account, position in
                (account: account, position: position,
                    events: try transaction.jobs.events(of: account, after: position, limit: EventHub.eventsAtOnce),
                    progress: try transaction.jobs.progress(of: account))
            }
        }
        var sent = 0
        for (account, position, events, progress) in found {
            let deliveries = state.withLock { state -> [AccountFeed.Delivery] in
                // All its streams may have been closed since, and others opened.
                guard state.feeds[account]?.position == position else { return [] }
                return state.feeds[account]?.deliveries(of: events, progress) ?? []
            }
            for delivery in deliveries { sent += send(delivery.batch, to: delivery.streams, of: account) }
            if events.count == EventHub.eventsAtOnce { mark([account]) }
        }
        return sent
    }

    private func send(
        _ batch: EventBatch, to streams: [(number: Int, stream: AccountFeed.Stream)], of account: ID<Account>
    ) -> Int {
        var gone: [Int] = []
        for (number, stream) in streams {
            switch stream.continuation.yield(batch) {
            case .enqueued: continue
            case .dropped:
                gone.append(number)
                stream.continuation.finish()
                stream.cutOff()
            default: gone.append(number)
            }
        }
        if !gone.isEmpty { remove(gone, of: account) }
        return streams.count
    }

    /// Each second a part of the streams and of the accounts, so that they do not all come at once.
    private func beatUntilCancelled() async {
        var second = 0
        while !Task.isCancelled {
            do { try await time.sleep(.seconds(1)) } catch { return }
            second = (second + 1) % EventHub.heartbeat
            let (streams, accounts) = state.withLock { state in
                (state.feeds.mapValues { feed in
                    feed.streams.filter { $0.key % EventHub.heartbeat == second }.map { (number: $0, stream: $1) }
                },
                    state.tokens.filter { $0.value.isTurn(second, of: EventHub.heartbeat) }.map(\.key))
            }
            for (account, streams) in streams where !streams.isEmpty { _ = send(.heartbeat, to: streams, of: account) }
            mark(accounts)
        }
    }

    private func mark(_ accounts: [ID<Account>]) {
        guard !accounts.isEmpty else { return }
        state.withLock { $0.marked.formUnion(accounts) }
        marks.continuation.yield()
    }

    private func takeMarked() -> [ID<Account>] {
        state.withLock { state in
            let taken = Array(state.marked.prefix(EventHub.accountsAtOnce))
            state.marked.subtract(taken)
            return taken
        }
    }

    private func remove(_ numbers: [Int], of account: ID<Account>) {
        let token = state.withLock { state -> Notifier.Token? in
            for number in numbers { state.feeds[account]?.remove(number) }
            guard state.feeds[account]?.streams.isEmpty == true else { return nil }
            state.feeds[account] = nil
            return state.tokens.removeValue(forKey: account)
        }
        if let token { notifier.forget(token) }
    }

    private func endAll() {
        let (streams, tokens) = state.withLock { state in
            state.isClosed = true
            defer { (state.feeds, state.tokens) = ([:], [:]) }
            return (state.feeds.values.flatMap(\.streams.values), Array(state.tokens.values))
        }
        for token in tokens { notifier.forget(token) }
        for stream in streams { stream.continuation.finish() }
    }
}
