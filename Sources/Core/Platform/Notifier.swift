package import SQL
import Synchronization

/// Notifies waiting tasks that there may be something to do, or to show: in this process at once, in others on the same
/// database a moment later. A notification may be lost or come without a change: a waiting task reads the database, and
/// does so by itself after a while.
package final class Notifier: Sendable {
    /// What those wait for who wait for no account.
    package enum Work: String, Sendable, Hashable {
        /// Jobs to claim or to advance.
        case jobs = "work"
        /// Thumbnails to make.
        case previews
    }

    /// Ends with a call of `forget`.
    package struct Token: Sendable, Hashable {
        fileprivate let number: Int
        fileprivate let account: ID<Account>?
        fileprivate let work: Work?

        /// Distributes over `turns` what is done now and then for each.
        func isTurn(_ turn: Int, of turns: Int) -> Bool { number % turns == turn }
    }

    private struct State {
        var next = 0
        var workers: [Work: [Int: @Sendable () -> Void]] = [:]
        /// By account, so that a change costs only those that wait for it.
        var watchers: [ID<Account>: [Int: @Sendable () -> Void]] = [:]
        var looks = 0
    }

    private let state = Mutex(State())

    /// Passes on the notifications of `database`'s transactions once they are committed.
    ///
    /// - Parameter acrossProcesses: Whether the other processes on this database are notified, and listened to.
    package init(_ database: Database, acrossProcesses: Bool = true) {
        // The engine and not the database, which would hold itself by what is registered with it, and never close.
        database.onCommit { [weak self, engine = database.engine] payloads in
            self?.receive(payloads)
            if acrossProcesses { for payload in payloads { engine.notify(payload) } }
        }
        guard acrossProcesses else { return }
        database.listen(while: { [weak self] in self?.isLookWanted() ?? false }) { [weak self] notification in
            switch notification {
            case .anything: self?.wakeAll()
            case .payloads(let payloads): self?.receive(payloads)
            }
        }
    }

    /// A worker of this process has room again; no other process cares.
    func workersHere() { wake(.jobs) }

    /// Notifies this process alone.
    func wake(_ work: Work) {
        for wake in state.withLock({ $0.workers[work].map { Array($0.values) } ?? [] }) { wake() }
    }

    /// Calls `wake` whenever jobs of the account changed or, without an account, whenever there may be work on jobs. It
    /// must be quick.
    package func onChange(of account: ID<Account>?, _ wake: @escaping @Sendable () -> Void) -> Token {
        guard let account else { return onWork(.jobs, wake) }
        return state.withLock { state in
            state.next += 1
            state.watchers[account, default: [:]][state.next] = wake
            return Token(number: state.next, account: account, work: nil)
        }
    }

    private func onWork(_ work: Work, _ wake: @escaping @Sendable () -> Void) -> Token {
        state.withLock { state in
            state.next += 1
            state.workers[work, default: [:]][state.next] = wake
            return Token(number: state.next, account: nil, work: work)
        }
    }

    package func forget(_ token: Token) {
        state.withLock { state in
            if let work = token.work { state.workers[work]?[token.number] = nil }
            guard let account = token.account else { return }
            state.watchers[account]?[token.number] = nil
            if state.watchers[account]?.isEmpty == true { state.watchers[account] = nil }
        }
    }

    /// Notifications from now on, merged into one while none is read. Of one account, or for workers.
    package func listen(to account: ID<Account>? = nil) -> AsyncStream<Void> {
        stream { onChange(of: account, $0) }
    }

    /// As above, of one kind of work.
    package func listen(for work: Work) -> AsyncStream<Void> {
        stream { onWork(work, $0) }
    }

    private func stream(_ register: (@escaping @Sendable () -> Void) -> Token) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let token = register { continuation.yield() }
        continuation.onTermination = { [weak self] _ in self?.forget(token) }
        return stream
    }

    private func wakeWatchers(of account: ID<Account>) {
        for wake in state.withLock({ $0.watchers[account].map { Array($0.values) } ?? [] }) { wake() }
    }

    private func receive(_ payloads: some Sequence<String>) {
        for payload in payloads {
            if let work = Work(rawValue: payload) {
                wake(work)
            } else if let account = ID<Account>(checking: payload) {
                wakeWatchers(of: account)
            }
        }
    }

    private func wakeAll() {
        for wake in state.withLock({ $0.watchers.values.flatMap(\.values) }) { wake() }
        workersHere()
    }

    /// If an engine has to poll for changes, each one found wakes every watcher: the more there are, the rarer the
    /// polls.
    private func isLookWanted() -> Bool {
        state.withLock { state in
            state.looks += 1
            return !state.watchers.isEmpty && state.looks % (1 + state.watchers.count / 500) == 0
        }
    }
}

extension Transaction {
    /// Once this is committed, those who watch the account learn that there is something new to show of its jobs.
    package func notifyAfterCommit(_ account: ID<Account>) {
        notifyAfterCommit(account.rawValue)
    }

    /// Once this is committed, workers learn that there may be work, of any account.
    package func notifyWorkersAfterCommit(_ work: Notifier.Work = .jobs) {
        notifyAfterCommit(work.rawValue)
    }
}

extension StatementGroup {
    /// As on `Transaction`.
    func notifyAfterCommit(_ account: ID<Account>) { transaction.notifyAfterCommit(account) }

    /// As on `Transaction`.
    func notifyWorkersAfterCommit(_ work: Notifier.Work = .jobs) { transaction.notifyWorkersAfterCommit(work) }
}
