import Logging
import SQL

/// Receives Stripe's webhooks: each is believed if one of the secrets signed it, stored before anything else, and
/// applied at once as far as that is quick. What is stored needs no other delivery: Stripe gets its 200, and
/// `ApplyStripeEvents` does the rest.
package struct ReceiveStripeEvent: Sendable {
    package enum Refusal: Error, Sendable, Hashable {
        case signature(StripeSignature.Refusal)
        /// No event with its object in it.
        case malformed
    }

    private let billing: Billing

    package init(_ billing: Billing) {
        self.billing = billing
    }

    /// Throws `Refusal` if it is not believed.
    package func callAsFunction(_ body: [UInt8], signature header: String?) async throws {
        do throws(StripeSignature.Refusal) {
            try StripeSignature(header: header).verify(
                body: body, secrets: billing.webhookSecrets, now: billing.time.now())
        } catch {
            throw Refusal.signature(error)
        }
        guard let json = try? JSON(parsing: body), let event = StripeEvent(json) else { throw Refusal.malformed }
        let (now, due) = (billing.time.now(), billing.time.now() + .seconds(60))
        let isOpen = try await billing.database.write(order: .key(event.id.rawValue)) {
            try $0.billing.store(event, now: now, dueAt: due)
        }
        guard isOpen else { return }
        await apply(event)
    }

    /// Within the time that Stripe waits. What is not applied then is due again by itself.
    private func apply(_ event: StripeEvent) async {
        let (billing, timeout) = (billing, billing.rules.webhookTimeout)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await billing.applyOrPutOff(event, tries: 0) }
            group.addTask { try? await billing.time.sleep(timeout) }
            await group.next()
            group.cancelAll()
        }
    }
}
