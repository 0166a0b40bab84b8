import Logging
import SQL

extension Billing {
    /// After so many tries, three days of them, it takes a person.
    static let mostTries = 80

    /// What came of it; nothing where it is to be tried again.
    func applyOrPutOff(_ event: StripeEvent, tries: Int) async -> StripeEvent.Outcome? {
        do {
            return try await apply(event)
        } catch {
            do { return try await putOff(event, tries: tries, error) } catch {
                // The database is away. The event is due again by itself.
                logger.error("a Stripe event could not be put off", metadata: ["event": "\(event.id)", "error": "\(error)"])
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
        if !isOurs {
            let now = time.now()
            try await database.write(order: .key(event.id.rawValue)) { try $0.end(event.id, .ignored, now: now) }
        }
        logger.info("Stripe event \(isOurs ? "applied" : "ignored")", metadata: ["event": "\(event.id)", "type": "\(event.type)"])
        return isOurs ? .applied : .ignored
    }

    private func putOff(_ event: StripeEvent, tries: Int, _ error: any Error) async throws -> StripeEvent.Outcome? {
        let now = time.now()
        let words = String(String(describing: error).prefix(500))
        let isOver = tries + 1 >= Billing.mostTries
        try await database.write(order: .key(event.id.rawValue)) { transaction in
            if isOver { return try transaction.end(event.id, .givenUp, error: words, now: now) }
            try transaction.putOff(event.id, until: now + Billing.wait(after: tries), error: words)
        }
        logger.log(level: isOver ? .error : .warning, "a Stripe event could not be applied", metadata: [
            "event": "\(event.id)", "type": "\(event.type)", "tries": "\(tries + 1)", "error": "\(words)",
        ])
        return isOver ? .givenUp : nil
    }

    /// 10 s, and twice as long each time, up to an hour.
    static func wait(after tries: Int) -> Duration {
        .seconds(min(10 << min(tries, 9), 3600))
    }
}
