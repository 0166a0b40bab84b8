package import Core
package import Hummingbird
package import SQL

/// `GET /api/admin/plans` and `/api/admin/plans/{name}` show plans; `PUT` changes or adds one. What is left out stays, and
/// `"forSale": false` takes the price away.
package struct AdminPlans: Sendable {
    private static let names = [
        "title", "monthlyCredits", "amount", "currency", "forSale", "concurrentJobs", "jobsPerHour", "unlimitedJobs", "weight",
        "headStartSeconds", "rollover", "position",
    ]

    private let edit: EditOffers
    private let database: Database

    package init(edit: EditOffers, database: Database) {
        self.edit = edit
        self.database = database
    }

    private struct List: Encodable { let plans: [PlanBody] }

    @Sendable package func list(_ request: Request, _ context: AdminContext) async throws -> Response {
        .json(List(plans: try await database.read { try $0.plans() }.map(PlanBody.init)))
    }

    @Sendable package func show(_ request: Request, _ context: AdminContext) async throws -> Response {
        let name = context.parameters.get("name") ?? ""
        guard let plan = try await database.read({ try $0.plan(name) }) else { throw OfferError.notFound("plan") }
        return .json(PlanBody(plan))
    }

    @Sendable package func put(_ request: Request, _ context: AdminContext) async throws -> Response {
        let change = try Change(ObjectBody(await request.json(), AdminPlans.names))
        let name = context.parameters.get("name") ?? ""
        return .json(PlanBody(try await edit.plan(name, by: context.administrator) { try change.applied(to: $0, named: name) }))
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
            func number(_ name: String) throws -> Int? { try body[name].map { _ in try body.integer(name) } }
            common = try OfferChange(body, credits: "monthlyCredits")
            isForSale = try body["forSale"].map { _ in try body.flag("forSale") } ?? true
            isUnlimited = try body.flag("unlimitedJobs")
            concurrentJobs = try number("concurrentJobs")
            jobsPerHour = try number("jobsPerHour")
            weight = try number("weight")
            headStart = try number("headStartSeconds").map { .seconds($0) }
            rollover = try number("rollover")
        }

        func applied(to before: Plan?, named name: String) throws(OfferError) -> Plan {
            guard let title = common.title ?? before?.title, let credits = common.credits ?? before?.monthlyCredits,
                let concurrentJobs = concurrentJobs ?? before?.concurrentJobs
            else { throw .invalid(field: "title", "A new plan needs 'title', 'monthlyCredits' and 'concurrentJobs'.") }
            let amount = isForSale ? common.amount ?? before?.price?.amount : nil
            return Plan(
                name: name, title: title, monthlyCredits: credits,
                price: amount.map { Money($0, common.currency ?? before?.price?.currency ?? "usd") }, concurrentJobs: concurrentJobs,
                jobsPerHour: isUnlimited ? nil : jobsPerHour ?? before?.jobsPerHour, weight: weight ?? before?.weight ?? 1,
                headStart: headStart ?? before?.headStart ?? .zero, rollover: rollover ?? before?.rollover ?? 0,
                position: common.position ?? before?.position ?? 0)
        }
    }
}
