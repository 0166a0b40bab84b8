import Core
import Foundation
import Hummingbird
import SQL

/// `GET /api/admin/packs` and `/api/admin/packs/{name}` show packs, retired ones too; `PUT` changes or adds one. What
/// is left out stays as it is.
struct AdminPacks: Sendable {
    private let edit: EditOffers
    private let database: Database

    init(edit: EditOffers, database: Database) {
        self.edit = edit
        self.database = database
    }

    private struct List: Encodable { let packs: [PackBody] }

    @Sendable func list(_ request: Request, _ context: AdminContext) async throws -> Response {
        .json(List(packs: try await database.read { try $0.billing.packs(withRetired: true) }.map(PackBody.init)))
    }

    @Sendable func show(_ request: Request, _ context: AdminContext) async throws -> Response {
        let name = context.parameters.get("name") ?? ""
        guard Item.isName(name), let pack = try await database.read({ try $0.billing.pack(name) }) else {
            throw OfferError.notFound("pack")
        }
        return .json(PackBody(pack))
    }

    @Sendable func put(_ request: Request, _ context: AdminContext) async throws -> Response {
        let names = ["title", "credits", "amount", "currency", "position", "retired"]
        let body = try ObjectBody(await request.json(), names)
        let change = try OfferChange(body, credits: "credits")
        let name = context.parameters.get("name") ?? ""
        let pack = try await edit.pack(name, by: context.administrator) { before, now in
            guard let title = change.title ?? before?.title, let credits = change.credits ?? before?.credits,
                let amount = change.amount ?? before?.price.amount
            else { throw OfferError.invalid(field: "title", "A new pack needs 'title', 'credits' and 'amount'.") }
            return Pack(
                name: name, title: title, credits: credits,
                price: Money(amount, change.currency ?? before?.price.currency ?? "usd"),
                position: change.position ?? before?.position ?? 0,
                retiredAt: change.isRetired.map { $0 ? before?.retiredAt ?? now : nil } ?? before?.retiredAt)
        }
        return .json(PackBody(pack))
    }
}
