import SQL

/// Applies the events that could not be applied when they came: Stripe or the database was unavailable, or a node died.
package struct ApplyStripeEvents: Sendable {
    private let billing: Billing
    private let batch: Int

    package init(_ billing: Billing, batch: Int = 50) {
        self.billing = billing
        self.batch = batch
    }

    /// How many had an outcome.
    @discardableResult
    package func runOnce() async throws -> Int {
        let now = billing.time.now()
        var ended = 0
        for due in try await billing.database.read(
            { [batch] in try $0.billing.dueStripeEvents(now: now, limit: batch) }
        ) {
            guard let event = try await billing.database.read({ try $0.billing.stripeEvent(due.event) }) else {
                continue
            }
            if await billing.applyOrPutOff(event, tries: due.tries) != nil { ended += 1 }
        }
        return ended
    }

    /// For an operator, whatever came of it before. Returns nil if there is no such event.
    package func replay(_ id: ID<StripeEvent>) async throws -> StripeEvent.Outcome? {
        let now = billing.time.now()
        guard let event = try await billing.database.read({ try $0.billing.stripeEvent(id) }),
            try await billing.database.write(order: .key(id.rawValue), { transaction in
                guard try transaction.billing.reopen(id, now: now) else { return false }
                try transaction.auditLog.note(
                    AuditLogEntry("events.replay", of: id.rawValue, ["type": .string(event.type)], by: nil, at: now))
                return true
            })
        else { return nil }
        return try await billing.apply(event)
    }
}
