package import Core
import Foundation
package import Hummingbird
package import SQL

/// `GET /api/admin/packs` and `/api/admin/packs/{name}` show packs, retired ones too; `PUT` changes or adds one. What is
/// left out stays.
package struct AdminPacks: Sendable {
    private let edit: EditOffers
    private let database: Database

    package init(edit: EditOffers, database: Database) {
        self.edit = edit
        self.database = database
    }

    private struct List: Encodable { let packs: [PackBody] }

    @Sendable package func list(_ request: Request, _ context: AdminContext) async throws -> Response {
        .json(List(packs: try await database.read { try $0.packs(withRetired: true) }.map(PackBody.init)))
    }

    @Sendable package func show(_ request: Request, _ context: AdminContext) async throws -> Response {
        let name = context.parameters.get("name") ?? ""
        guard let pack = try await database.read({ try $0.pack(name) }) else { throw OfferError.notFound("pack") }
        return .json(PackBody(pack))
    }

    @Sendable package func put(_ request: Request, _ context: AdminContext) async throws -> Response {
        let body = try ObjectBody(await request.json(), ["title", "credits", "amount", "currency", "position", "retired"])
        let change = try OfferChange(body, credits: "credits")
        let name = context.parameters.get("name") ?? ""
        let pack = try await edit.pack(name, by: context.administrator) { before, now in
            guard let title = change.title ?? before?.title, let credits = change.credits ?? before?.credits,
                let amount = change.amount ?? before?.price.amount
            else { throw OfferError.invalid(field: "title", "A new pack needs 'title', 'credits' and 'amount'.") }
            return Pack(
                name: name, title: title, credits: credits, price: Money(amount, change.currency ?? before?.price.currency ?? "usd"),
                position: change.position ?? before?.position ?? 0,
                retiredAt: change.isRetired.map { $0 ? before?.retiredAt ?? now : nil } ?? before?.retiredAt)
        }
        return .json(PackBody(pack))
    }
}
