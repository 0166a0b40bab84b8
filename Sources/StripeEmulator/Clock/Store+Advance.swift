import Core

extension Store {
    /// How much may happen in one go.
    static let stepLimit = 2000

    /// Lets everything that is due by a clock happen in its order, each at its own time. Answers whether all of it did.
    ///
    /// - Parameter clock: A test clock, or nothing for the stand-in's own.
    func advance(clock: String?, until end: Int64, from start: Int64, steps: Int = stepLimit) throws -> Bool {
        var instant = start
        for _ in 0..<steps {
            guard let due = try transaction.firstDue(by: clock, until: end) else { return true }
            instant = max(instant, due.at)
            try at(instant, by: clock).happen(due)
        }
        return try transaction.firstDue(by: clock, until: end) == nil
    }

    /// What happens by itself has no request behind it. A test clock shows the time that has come.
    private func at(_ instant: Int64, by clock: String?) throws -> Store {
        if let clock {
            var moved: TestClock = try object(clock)
            moved.frozenTime = instant
            try transaction.update(moved)
        }
        return Store(transaction: transaction, rules: rules, now: instant, realNow: realNow, cause: .itself, renderer: renderer)
    }

    private func happen(_ due: DueDocument) throws {
        switch due.kind {
        case .session: _ = try expire(object(due.id))
        case .subscription: try subscriptionDue(object(due.id))
        case .invoice: try invoiceDue(object(due.id))
        default: preconditionFailure("nothing happens to a \(due.kind.rawValue) by itself")
        }
    }

    private func invoiceDue(_ invoice: Invoice) throws {
        _ = try collect(invoice.status == .draft ? finalize(invoice) : invoice)
    }
}
