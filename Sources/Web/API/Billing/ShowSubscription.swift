import Core
import Hummingbird
import SQL

/// `GET /api/billing/subscription`: the plan in force, and the subscription that pays for it.
struct ShowSubscription: Sendable {
    private let database: Database

    init(database: Database) {
        self.database = database
    }

    private struct Status: Encodable {
        /// The plan whose limits are in force.
        let plan: PlanBody?
        let owedCredits: Credits
        /// Absent if there is none.
        let subscription: Body?
    }

    private struct Body: Encodable {
        let plan: String
        /// From the next period on; absent if the plan stays.
        let nextPlan: String?
        let status: String
        let periodStart: String
        let periodEnd: String
        let cancelAt: String?
        /// How long the plan's limits stay although it is not paid.
        let graceUntil: String?

        init(_ subscription: Subscription) {
            plan = subscription.plan
            nextPlan = subscription.nextPlan
            status = subscription.status
            periodStart = subscription.periodStart.text
            periodEnd = subscription.periodEnd.text
            cancelAt = subscription.cancelAt?.text
            graceUntil = subscription.graceUntil?.text
        }
    }

    @Sendable func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        let account = context.account
        let found = try await database.read {
            (
                plan: try $0.billing.plan(of: account), owed: try $0.billing.owed(by: account),
                subscription: try $0.billing.subscription(of: account)
            )
        }
        return .json(Status(
            plan: found.plan.map(PlanBody.init), owedCredits: found.owed,
            subscription: found.subscription.map(Body.init)))
    }
}
