import Synchronization

/// The seam between the product and its two engines.
///
/// A closure is synchronous, so nothing can be awaited while a transaction is open. Write closures that arrive together
/// share one transaction and one commit, unless they lock what belongs to several owners (`LockOrder.alone`); so do the
/// items of a `BatchWrite`. That requires three things of a write closure:
/// - It may run more than once, and has no effect outside its transaction; the current time is passed to it.
/// - It refuses before its first write. An error thrown then ends this closure alone, and the others go on.
/// - An error thrown after its first write, and any `DatabaseError`, rolls the shared transaction back; then each
///   closure runs in a transaction of its own, and only the faulty one fails.
///
/// The caller receives the outcome only after the commit.
package protocol Engine: Sendable {
    var dialect: Dialect { get }
    /// A consistent view of what is committed; it waits for no writer.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value
    /// As `read`, of some rows by their keys. An engine within this process may do it on the caller's thread: waking
    /// another costs more than such a read takes.
    func readInline<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value
    func write(_ pending: PendingWrite)
    /// Receives notifications from the other processes on this database until the engine is closed; to be called once.
    ///
    /// - Parameter isWanted: Whether there are listeners now; while there are none, an engine that has to poll does
    ///   not.
    func listen(
        while isWanted: @escaping @Sendable () -> Bool, _ receive: @escaping @Sendable (DatabaseNotification) -> Void
    )
    /// Notifies the other processes that listen, soon, and together with other notifications. Nobody waits for it.
    ///
    /// - Parameter word: Without blanks, and of at most 60 bytes.
    func notify(_ payload: String)
    /// The engine's version, for `doctor`.
    func version() async throws -> String
    /// What is wrong with the stored data or with how they are stored, a sentence each, for `doctor`. Reads everything.
    func check() async throws -> [String]
    /// Waits for what is under way. Later calls fail with `unavailable`.
    func close() async
}

extension Engine {
    /// For engines whose server is elsewhere.
    package func readInline<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await read(body)
    }

    /// For engines whose server does this itself.
    package func check() async throws -> [String] { [] }

    /// For engines that wrap another one in a test.
    package func listen(
        while isWanted: @escaping @Sendable () -> Bool, _ receive: @escaping @Sendable (DatabaseNotification) -> Void
    ) {}

    /// For engines whose listeners poll by themselves.
    package func notify(_ payload: String) {}
}

package struct Database: Sendable {
    package let engine: any Engine

    private let notifications = CommitNotifications()

    package init(_ engine: any Engine) {
        self.engine = engine
    }

    /// Registers what receives the notifications of committed transactions of this value and of its copies; the last
    /// registration counts. `receive` must be quick.
    package func onCommit(_ receive: @escaping @Sendable (Set<String>) -> Void) {
        notifications.receive.withLock { $0 = receive }
    }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await engine.read(body)
    }

    /// As `read`, of some rows by their keys: only for a bounded number of rows.
    package func readInline<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await engine.readInline(body)
    }

    /// Runs `body` in a transaction, perhaps shared with others, and returns once it is committed.
    ///
    /// - Parameter order: What the closure locks before anything else. There is no default: a wrong one is a deadlock.
    package func write<Value: Sendable>(
        order: LockOrder, _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            engine.write(
                PendingWrite(order: order, body: body, notify: notifications.send) { continuation.resume(with: $0) })
        }
    }

    /// Does `item`'s work together with that of others of the same set, in one transaction, and returns once it is
    /// committed.
    package func write<Item: Sendable, Value: Sendable>(
        _ item: Item, by set: BatchWrite<Item, Value>, order: LockOrder
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            engine.write(set.pending(item, order: order, notify: notifications.send) { continuation.resume(with: $0) })
        }
    }

    package func listen(
        while isWanted: @escaping @Sendable () -> Bool, _ receive: @escaping @Sendable (DatabaseNotification) -> Void
    ) {
        engine.listen(while: isWanted, receive)
    }

    package func close() async {
        await engine.close()
    }
}

/// Who receives the notifications of committed transactions.
private final class CommitNotifications: Sendable {
    let receive = Mutex<(@Sendable (Set<String>) -> Void)?>(nil)

    func send(_ payloads: Set<String>) {
        guard !payloads.isEmpty else { return }
        receive.withLock { $0 }?(payloads)
    }
}
