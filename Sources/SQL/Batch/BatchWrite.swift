/// A write that is done for many callers at once, by one set of statements: the items are one statement's rows, so that
/// thirty-two cost little more than one.
///
/// Items that wait together go through one call of the body, at most 32, in ascending order of what they lock; each
/// caller receives its own result after the commit. The body returns a result for each item, in the order given; a
/// refused item has a failure there. What the body throws rolls back, and then each item goes through it alone, so that
/// only the faulty one fails. Apart from that, the body must do what `Engine` requires of any write closure.
///
/// A class, since its identity identifies the set.
package final class BatchWrite<Item: Sendable, Value: Sendable>: Sendable {
    package typealias Body = @Sendable (Transaction, [Item]) throws -> [Result<Value, any Error>]

    private let body: Body

    package init(_ body: @escaping Body) {
        self.body = body
    }

    func pending(
        _ item: Item, order: LockOrder, notify: @escaping @Sendable (Set<String>) -> Void = { _ in },
        deliver: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) -> PendingWrite {
        let body = body
        let member = PendingWrite.Member(
            set: ObjectIdentifier(self), item: Waiting(item: item, notify: notify, deliver: deliver)
        ) { transaction, items in
            BatchWrite.run(body, transaction, items.map { item in
                guard let waiting = item as? Waiting else { preconditionFailure("an item belongs to another set") }
                return waiting
            })
        }
        return PendingWrite(order: order, member: member) { deliver(.failure($0)) }
    }

    /// An item, and how to deliver its result.
    private struct Waiting: Sendable {
        let item: Item
        let notify: @Sendable (Set<String>) -> Void
        let deliver: @Sendable (Result<Value, any Error>) -> Void
    }

    private static func run(_ body: Body, _ transaction: Transaction, _ waiting: [Waiting]) -> [PendingWrite.Outcome] {
        let writesBefore = transaction.writes
        do {
            let results = try body(transaction, waiting.map(\.item))
            precondition(results.count == waiting.count, "a set's body returns a result for each item")
            // Once for all of them, by the first.
            var notifications = transaction.takeNotifications()
            return zip(waiting, results).map { waiting, result in
                defer { notifications = [] }
                return .done { [notifications] in
                    waiting.notify(notifications)
                    waiting.deliver(result)
                }
            }
        } catch {
            if let alone = waiting.first, waiting.count == 1, transaction.writes == writesBefore,
                !(error is DatabaseError) {
                return [.done { alone.deliver(.failure(error)) }]
            }
            return [.broken(error)]
        }
    }
}
