import Core
import Hummingbird
import SQL

/// `GET /api/billing/subscription`: the plan in force, the limits, and the subscription that pays for the plan.
struct ShowSubscription: Sendable {
    private let database: Database
    private let time: Time

    init(database: Database, time: Time) {
        self.database = database
        self.time = time
    }

    private struct Status: Encodable {
        let plan: PlanBody?
        /// Those in force: the plan's, lifted by bought credits while any are left.
        let limits: Limits?
        let owedCredits: Credits
        /// Absent if there is none.
        let subscription: Body?
    }

    private struct Limits: Encodable {
        let concurrentJobs: Int
        /// Absent if there is no limit.
        let jobsPerHour: Int?
        let boughtCredits: Bool

        init(_ limits: AccountLimits) {
            concurrentJobs = limits.limits.concurrentJobs
            jobsPerHour = limits.limits.jobsPerHour
            boughtCredits = limits.hasBoughtCredits
        }
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
        let (account, now) = (context.account, time.now())
        let found = try await database.read {
            (
                plan: try $0.billing.plan(of: account), limits: try $0.jobs.limits(of: account, now: now),
                owed: try $0.billing.owed(by: account), subscription: try $0.billing.subscription(of: account)
            )
        }
        return .json(Status(
            plan: found.plan.map(PlanBody.init), limits: found.limits.map(Limits.init), owedCredits: found.owed,
            subscription: found.subscription.map(Body.init)))
    }
}
