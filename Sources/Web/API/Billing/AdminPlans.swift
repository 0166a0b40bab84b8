import Core
import Hummingbird
import SQL

/// `GET /api/admin/plans` and `/api/admin/plans/{name}` show plans; `PUT` changes or adds one. What is left out stays
/// as it is, and `"forSale": false` removes the price.
struct AdminPlans: Sendable {
    private static let names = [
        "title", "monthlyCredits", "amount", "currency", "forSale", "concurrentJobs", "jobsPerHour", "unlimitedJobs",
        "weight", "headStartSeconds", "rollover", "position",
    ]

    private let edit: EditOffers
    private let database: Database

    init(edit: EditOffers, database: Database) {
        self.edit = edit
        self.database = database
    }

    private struct List: Encodable { let plans: [PlanBody] }

    @Sendable func list(_ request: Request, _ context: AdminContext) async throws -> Response {
        let plans = try await database.read { try $0.billing.plans(withPayAsYouGo: true) }
        return .json(List(plans: plans.map(PlanBody.init)))
    }

    @Sendable func show(_ request: Request, _ context: AdminContext) async throws -> Response {
        let name = context.parameters.get("name") ?? ""
        guard Item.isName(name), let plan = try await database.read({ try $0.billing.plan(name) }) else {
            throw OfferError.notFound("plan")
        }
        return .json(PlanBody(plan))
    }

    @Sendable func put(_ request: Request, _ context: AdminContext) async throws -> Response {
        let change = try Change(ObjectBody(await request.json(), AdminPlans.names))
        let name = context.parameters.get("name") ?? ""
        let plan = try await edit.plan(name, by: context.administrator) { try change.applied(to: $0, named: name) }
        return .json(PlanBody(plan))
    }

    private struct Change {
        let common: OfferChange
        let isForSale: Bool
        let isUnlimited: Bool
        let concurrentJobs: Int?
        let jobsPerHour: Int?
        let weight: Int?
        let headStart: Duration?
        let rollover: Int?

        init(_ body: ObjectBody) throws {
            common = try OfferChange(body, credits: "monthlyCredits")
            isForSale = try body.flag("forSale") ?? true
            isUnlimited = try body.flag("unlimitedJobs") ?? false
            concurrentJobs = try body.integer("concurrentJobs")
            jobsPerHour = try body.integer("jobsPerHour")
            weight = try body.integer("weight")
            headStart = try body.integer("headStartSeconds").map { .seconds($0) }
            rollover = try body.integer("rollover")
        }

        func applied(to before: Plan?, named name: String) throws(OfferError) -> Plan {
            guard let title = common.title ?? before?.title, let credits = common.credits ?? before?.monthlyCredits,
                let concurrentJobs = concurrentJobs ?? before?.concurrentJobs
            else { throw .invalid(field: "title", "A new plan needs 'title', 'monthlyCredits' and 'concurrentJobs'.") }
            let amount = isForSale ? common.amount ?? before?.price?.amount : nil
            return Plan(
                name: name, title: title, monthlyCredits: credits,
                price: amount.map { Money($0, common.currency ?? before?.price?.currency ?? "usd") },
                concurrentJobs: concurrentJobs, jobsPerHour: isUnlimited ? nil : jobsPerHour ?? before?.jobsPerHour,
                weight: weight ?? before?.weight ?? 1, headStart: headStart ?? before?.headStart ?? .zero,
                rollover: rollover ?? before?.rollover ?? 0,
                position: common.position ?? before?.position ?? 0)
        }
    }
}
