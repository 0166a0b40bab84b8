import Synchronization

/// Tells whoever waits in this process that there may be something to do, or to show. A wake-up may be missed or come
/// for nothing: whoever waits looks into the database, and looks by itself after a while.
package final class WakeUp: Sendable {
    private struct Waiter {
        let account: ID<Account>?
        let continuation: AsyncStream<Void>.Continuation
    }

    private let waiters = Mutex<(next: Int, all: [Int: Waiter])>((0, [:]))

    package init() {}

    /// Jobs of this account changed, or what is known of their progress.
    package func jobs(of account: ID<Account>) {
        let wanted = waiters.withLock { waiters in
            waiters.all.values.filter { $0.account == nil || $0.account == account }.map(\.continuation)
        }
        for continuation in wanted { continuation.yield() }
    }

    /// There may be work, whoever's.
    package func workers() {
        let wanted = waiters.withLock { waiters in waiters.all.values.filter { $0.account == nil }.map(\.continuation) }
        for continuation in wanted { continuation.yield() }
    }

    /// Wake-ups from now on, folded into one while nobody looks. Of one account, or of all.
    package func listen(to account: ID<Account>? = nil) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = waiters.withLock { waiters in
            waiters.next += 1
            waiters.all[waiters.next] = Waiter(account: account, continuation: continuation)
            return waiters.next
        }
        continuation.onTermination = { [weak self] _ in self?.waiters.withLock { _ = $0.all.removeValue(forKey: id) } }
        return stream
    }
}
