/// A write closure waiting for a transaction, with its result's type erased so that many can share one.
package struct PendingWrite: Sendable {
    enum Outcome {
        /// The closure did its work, or refused before its first write; `deliver` tells its caller after the commit.
        case kept(deliver: @Sendable () -> Void)
        case broken(any Error)
    }

    let order: String
    let run: @Sendable (Transaction) -> Outcome
    let fail: @Sendable (any Error) -> Void

    init<Value: Sendable>(
        order: String, body: @escaping @Sendable (Transaction) throws -> Value,
        deliver: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        self.order = order
        fail = { deliver(.failure($0)) }
        run = { transaction in
            let writesBefore = transaction.writes
            do {
                let value = try body(transaction)
                return .kept { deliver(.success(value)) }
            } catch {
                if transaction.writes == writesBefore, !(error is DatabaseError) {
                    return .kept { deliver(.failure(error)) }
                }
                return .broken(error)
            }
        }
    }
}

/// A connection that can hold one transaction at a time.
protocol WriteConnection: Connection {
    func begin() throws(DatabaseError)
    func commit() throws(DatabaseError)
    func rollBack()
}

extension WriteConnection {
    /// Commits the closures together; after a failure, each alone. Callers hear in either case.
    func perform(_ batch: [PendingWrite]) {
        do throws(DatabaseError) {
            let deliveries = try runTogether(batch)
            for deliver in deliveries { deliver() }
        } catch {
            if batch.count == 1 { return batch[0].fail(error) }
            for write in batch { perform([write]) }
        }
    }

    private func runTogether(_ batch: [PendingWrite]) throws(DatabaseError) -> [@Sendable () -> Void] {
        try begin()
        let transaction = Transaction(self)
        var deliveries: [@Sendable () -> Void] = []
        for write in batch.sorted(by: { $0.order < $1.order }) {
            switch write.run(transaction) {
            case .kept(let deliver):
                deliveries.append(deliver)
            case .broken(let error):
                rollBack()
                if batch.count == 1 {
                    write.fail(error)
                    return []
                }
                throw DatabaseError(.other, "one of \(batch.count) writes failed")
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
}
