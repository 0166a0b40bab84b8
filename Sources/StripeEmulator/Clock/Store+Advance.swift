import Core

extension Store {
    /// The most steps that one call may take.
    static let stepLimit = 2000

    /// Runs everything that is due by a clock in its order, each at its own time. Returns whether all of it ran.
    ///
    /// - Parameter clock: A test clock, or nil for the Stripe emulator's own.
    func advance(clock: String?, until end: Int64, from start: Int64, steps: Int = stepLimit) throws -> Bool {
        var instant = start
        for _ in 0..<steps {
            guard let due = try transaction.firstDue(by: clock, until: end) else { return true }
            instant = max(instant, due.at)
            try at(instant, by: clock).run(due)
        }
        return try transaction.firstDue(by: clock, until: end) == nil
    }

    /// A change that was due has no request as its cause. A test clock is set to the time of the change.
    private func at(_ instant: Int64, by clock: String?) throws -> Store {
        if let clock {
            var moved: TestClock = try object(clock)
            moved.frozenTime = instant
            try transaction.update(moved)
        }
        return Store(
            transaction: transaction, rules: rules, now: instant, realNow: realNow, cause: .itself, renderer: renderer)
    }

    private func run(_ due: DueDocument) throws {
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
