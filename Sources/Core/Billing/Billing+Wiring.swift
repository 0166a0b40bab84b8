extension Billing {
    package struct Settings: Sendable {
        package var stripe: StripeClient.Settings
        package var webhookSecrets: [String]
        package var rules: BillingRules

        package init(stripe: StripeClient.Settings, webhookSecrets: [String], rules: BillingRules = BillingRules()) {
            self.stripe = stripe
            self.webhookSecrets = webhookSecrets
            self.rules = rules
        }
    }

    package init(_ platform: Platform, _ settings: Settings) {
        self.init(
            database: platform.database,
            stripe: StripeClient(settings.stripe, client: platform.http, time: platform.time),
            webhookSecrets: settings.webhookSecrets, rules: settings.rules, time: platform.time,
            logger: platform.logger)
    }

    var tasks: [ScheduledTask] {
        let (apply, reread, lift) = (ApplyStripeEvents(self), RereadSubscriptions(self), LiftHolds(self))
        let months = GrantMonths(self)
        return [
            ScheduledTask("apply Stripe's events", every: .seconds(10)) { _ = try await apply.runOnce() },
            ScheduledTask("read subscriptions again", every: .seconds(3600)) { _ = try await reread.runOnce() },
            ScheduledTask("grant the months of plans", every: .seconds(300)) { _ = try await months.runOnce() },
            ScheduledTask("lift holds", every: .seconds(3600)) { try await lift.runOnce() },
        ]
    }

    /// A plan that nobody paid for ends also where payments are no longer set up.
    static func graceTasks(_ platform: Platform) -> [ScheduledTask] {
        let grace = EndGrace(database: platform.database, time: platform.time)
        return [ScheduledTask("end the grace of unpaid plans", every: .seconds(300)) { _ = try await grace.runOnce() }]
    }
}
