import Logging
import SQL

/// Reads subscriptions again whose period has been over for a day without an event: one that never comes must not leave
/// anybody with limits that nobody pays for. A subscription of another environment, such as the Stripe emulator or the
/// test mode, ends by itself then, as no event of it comes any more.
package struct RereadSubscriptions: Sendable {
    private let billing: Billing
    private let batch: Int

    package init(_ billing: Billing, batch: Int = 50) {
        self.billing = billing
        self.batch = batch
    }

    /// How many were looked at.
    @discardableResult
    package func runOnce() async throws -> Int {
        let late = billing.time.now() - .seconds(86_400)
        let due = try await billing.database.read { [batch] in
            try $0.billing.overdueSubscriptions(since: late, limit: batch)
        }
        for subscription in due {
            if subscription.environment == billing.stripe.environment {
                await read(subscription)
            } else {
                try await end(subscription)
            }
        }
        return due.count
    }

    private func read(_ subscription: Subscription) async {
        do {
            _ = try await billing.applySubscription(subscription.id, of: subscription.account)
        } catch {
            billing.logger.warning("subscription not read", metadata: [
                "account": "\(subscription.account)", "subscription": "\(subscription.id)", "error": "\(error)",
            ])
        }
        // Also where nothing came of it, so that others have their turn.
        let now = billing.time.now()
        try? await billing.database.write(of: subscription.account) {
            try $0.billing.noteLook(at: subscription, now: now)
        }
    }

    private func end(_ subscription: Subscription) async throws {
        let now = billing.time.now()
        try await billing.database.write(of: subscription.account) { transaction in
            guard try transaction.billing.subscription(of: subscription.account)?.revision == subscription.revision
            else { return }
            let ended = subscription.ended
            try transaction.billing.put(ended, now: now)
            try transaction.billing.setPlan(by: ended, now: now)
        }
    }
}

extension Subscription {
    /// As when Stripe had said that it is over.
    fileprivate var ended: Subscription {
        Subscription(
            id: id, account: account, environment: environment, itemID: itemID, plan: plan, nextPlan: nil,
            status: "canceled", periodStart: periodStart, periodEnd: periodEnd, cancelAt: cancelAt, graceUntil: nil,
            revision: revision + 1)
    }
}
