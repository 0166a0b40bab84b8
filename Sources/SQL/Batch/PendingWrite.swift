/// A write waiting for a transaction, with its types erased so that many can share one: a closure, or an item of a set.
package struct PendingWrite: Sendable {
    package enum Outcome {
        /// The closure succeeded, or refused before its first write; `deliver` passes the result to its caller after
        /// the commit.
        case done(deliver: @Sendable () -> Void)
        case broken(any Error)
    }

    /// What makes a write an item of a `BatchWrite`.
    package struct Member: Sendable {
        package let set: ObjectIdentifier
        package let item: any Sendable
        /// Does the work of several of the set's items: returns an outcome for each in their order, or the one that
        /// broke them all.
        package let together: @Sendable (Transaction, [any Sendable]) -> [Outcome]

        package init(
            set: ObjectIdentifier, item: any Sendable,
            together: @escaping @Sendable (Transaction, [any Sendable]) -> [Outcome]
        ) {
            self.set = set
            self.item = item
            self.together = together
        }
    }

    /// How often a write that conflicts with others is attempted.
    static let attempts = 8

    package let order: LockOrder
    package let member: Member?
    package let run: @Sendable (Transaction) -> Outcome
    package let fail: @Sendable (any Error) -> Void

    package init<Value: Sendable>(
        order: LockOrder, body: @escaping @Sendable (Transaction) throws -> Value,
        notify: @escaping @Sendable (Set<String>) -> Void = { _ in },
        deliver: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        self.order = order
        member = nil
        fail = { deliver(.failure($0)) }
        run = { transaction in
            let writesBefore = transaction.writes
            do {
                let value = try body(transaction)
                let notifications = transaction.takeNotifications()
                return .done {
                    notify(notifications)
                    deliver(.success(value))
                }
            } catch {
                if transaction.writes == writesBefore, !(error is DatabaseError) {
                    return .done { deliver(.failure(error)) }
                }
                return .broken(error)
            }
        }
    }

    package init(order: LockOrder, member: Member, fail: @escaping @Sendable (any Error) -> Void) {
        self.order = order
        self.member = member
        self.fail = fail
        run = { transaction in member.together(transaction, [member.item])[0] }
    }
}

/// A connection that can hold one transaction at a time.
protocol WriteConnection: Connection {
    func begin() throws(DatabaseError)
    func commit() throws(DatabaseError)
    func rollBack()
    /// Waits for the other transaction: a short random time, longer with each attempt.
    func pause(_ attempt: Int)
}

extension WriteConnection {
    /// Commits the writes together, which are closures or items of one set; after a failure, each alone. Callers
    /// receive their result in either case.
    func perform(_ batch: [PendingWrite]) {
        guard batch.count > 1 else { return batch.forEach(performAlone) }
        do throws(DatabaseError) {
            for deliver in try runTogether(batch) { deliver() }
        } catch {
            switch error.kind {
            // It is unknown whether a commit that lost its connection happened; running it again could do it twice. And
            // what is locked or full for all of them is so for each.
            case .unavailable, .busy, .full: for write in batch { write.fail(error) }
            default: batch.forEach(performAlone)
            }
        }
    }

    /// Retries, a bounded number of times, after a conflict with another transaction.
    private func performAlone(_ write: PendingWrite) {
        for attempt in 1...PendingWrite.attempts {
            do throws(DatabaseError) {
                for deliver in try runTogether([write]) { deliver() }
                return
            } catch {
                guard error.kind == .conflict, attempt < PendingWrite.attempts else { return write.fail(error) }
                pause(attempt)
            }
        }
    }

    /// Returns how to deliver the results. What a lone closure threw has already been delivered to its caller.
    private func runTogether(_ batch: [PendingWrite]) throws(DatabaseError) -> [@Sendable () -> Void] {
        try begin()
        let transaction = Transaction(self)
        var deliveries: [@Sendable () -> Void] = []
        for outcome in outcomes(of: batch.sorted { $0.order < $1.order }, in: transaction) {
            switch outcome {
            case .done(let deliver):
                deliveries.append(deliver)
            case .broken(let error):
                rollBack()
                if let error = error as? DatabaseError, batch.count > 1 || error.kind == .conflict { throw error }
                guard batch.count == 1 else { throw DatabaseError(.other, "one of \(batch.count) writes failed") }
                batch[0].fail(error)
                return []
            }
        }
        do throws(DatabaseError) {
            try commit()
        } catch {
            rollBack()
            throw error
        }
        return deliveries
    }

    /// One call for the items of a set; closures in turn, up to the first that breaks the transaction for all.
    private func outcomes(of batch: [PendingWrite], in transaction: Transaction) -> [PendingWrite.Outcome] {
        if let member = batch[0].member { return member.together(transaction, batch.compactMap(\.member?.item)) }
        var outcomes: [PendingWrite.Outcome] = []
        for write in batch {
            outcomes.append(write.run(transaction))
            if case .broken = outcomes.last { break }
        }
        return outcomes
    }
}
