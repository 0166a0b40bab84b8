import Logging
import SQL

/// Each kind of event goes the same way: what it is about is read again from Stripe, outside any transaction; what is
/// left to read is read under the account's lock; the facts decide on effects, and these are applied in the same
/// transaction.
extension Billing {
    /// After so many tries, three days of them, it takes a person.
    static let mostTries = 80

    /// What came of it. Nil if it is to be tried again.
    func applyOrPutOff(_ event: StripeEvent, tries: Int) async -> StripeEvent.Outcome? {
        do {
            return try await apply(event)
        } catch {
            do { return try await putOff(event, tries: tries, error) } catch {
                // The database is unavailable. The event is due again by itself.
                logger.error(
                    "Stripe event not rescheduled", metadata: ["event": "\(event.id)", "error": "\(error)"])
                return nil
            }
        }
    }

    /// Does what it asks for, once, and ends it in the same transaction.
    func apply(_ event: StripeEvent) async throws -> StripeEvent.Outcome {
        let isOurs = switch event.subject {
        case .checkout(let id, let hasFailed): try await applyCheckout(id, hasFailed: hasFailed, ending: event.id)
        case .invoice(let id): try await applyInvoice(id, ending: event.id)
        case .subscription(let id): try await applySubscription(id, ending: event.id)
        case .charge(let id): try await applyCharge(id, ending: event.id)
        case .dispute(let id): try await applyDispute(id, ending: event.id)
        case nil: false
        }
        if !isOurs { try await write(.end(event.id, .ignored), of: event, now: time.now()) }
        // Stripe sends many that concern nothing here.
        logger.log(
            level: isOurs ? .info : .debug, "Stripe event \(isOurs ? "applied" : "ignored")",
            metadata: ["event": "\(event.id)", "type": "\(event.type)"])
        return isOurs ? .applied : .ignored
    }

    /// Decides under the account's lock, and applies the effects in the same transaction. Returns false if there is no
    /// decision, since what it was to be based on has changed.
    @discardableResult
    func settle(
        _ account: ID<Account>, _ decide: @escaping @Sendable (Transaction, _ now: Instant) throws -> [PaymentEffect]?
    ) async throws -> Bool {
        let (now, policy) = (time.now(), rules.hold)
        let effects = try await database.write(of: account) { transaction -> [PaymentEffect]? in
            guard let effects = try decide(transaction, now) else { return nil }
            try transaction.billing.apply(effects, policy, now: now)
            return effects
        }
        for case .goOn(let subscription, let checkout) in effects ?? [] { try await goOn(subscription, for: checkout) }
        return effects != nil
    }

    private func putOff(_ event: StripeEvent, tries: Int, _ error: any Error) async throws -> StripeEvent.Outcome? {
        let (now, reason) = (time.now(), String(describing: error).beginning(bytes: 500))
        let effect = Billing.effect(ofFailure: reason, of: event.id, tries: tries, now: now)
        try await write(effect, of: event, now: now)
        let isOver = if case .end = effect { true } else { false }
        logger.log(level: isOver ? .error : .warning, "Stripe event not applied", metadata: [
            "event": "\(event.id)", "type": "\(event.type)", "tries": "\(tries + 1)", "error": "\(reason)",
        ])
        return isOver ? .abandoned : nil
    }

    static func effect(ofFailure reason: String, of event: ID<StripeEvent>, tries: Int, now: Instant) -> PaymentEffect {
        tries + 1 >= mostTries
            ? .end(event, .abandoned, error: reason) : .putOff(event, until: now + wait(after: tries), error: reason)
    }

    /// 10 s, and twice as long each time, up to an hour.
    static func wait(after tries: Int) -> Duration {
        .seconds(min(10 << min(tries, 9), 3600))
    }

    /// What concerns no account.
    private func write(_ effect: PaymentEffect, of event: StripeEvent, now: Instant) async throws {
        let policy = rules.hold
        _ = try await database.write(order: .key(event.id.rawValue)) {
            try $0.billing.apply([effect], policy, now: now)
        }
    }
}
