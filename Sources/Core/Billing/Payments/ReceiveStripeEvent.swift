import SQL
import Logging

/// Takes in what Stripe tells: believed if one of the secrets signed it, kept before anything else, and applied at once as
/// far as that is quick. What is kept needs no other delivery: Stripe hears that all is well, and `ApplyStripeEvents` sees
/// to the rest.
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

    /// Throws `Refusal` where it is not believed.
    package func callAsFunction(_ body: [UInt8], signature header: String?) async throws {
        do throws(StripeSignature.Refusal) {
            try StripeSignature(header: header).verify(body: body, secrets: billing.webhookSecrets, now: billing.time.now())
        } catch {
            throw Refusal.signature(error)
        }
        guard let json = try? JSON(parsing: body), let event = StripeEvent(json) else { throw Refusal.malformed }
        let (now, due) = (billing.time.now(), billing.time.now() + .seconds(60))
        guard try await billing.database.write(order: .key(event.id.rawValue), { try $0.keep(event, now: now, dueAt: due) }) else { return }
        await apply(event)
    }

    /// Within the time that Stripe is kept waiting. What does not come about is due again by itself.
    private func apply(_ event: StripeEvent) async {
        let (billing, patience) = (billing, billing.rules.patience)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await billing.applyOrPutOff(event, tries: 0) }
            group.addTask { try? await billing.time.sleep(patience) }
            await group.next()
            group.cancelAll()
        }
    }
}
