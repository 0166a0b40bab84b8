import Core
import Foundation
import HTTPTypes
import Hummingbird
import SQL

/// `/api/admin/price-drafts`: `GET` lists, `POST` creates one; `/{id}`: `GET` shows, `PATCH` edits, `DELETE` deletes.
struct ChangePriceDraft: Sendable {
    private let drafts: PriceDrafts
    private let database: Database

    init(drafts: PriceDrafts, database: Database) {
        self.drafts = drafts
        self.database = database
    }

    enum Parameter: String, PageName { case limit, cursor }

    @Sendable func list(
        _ request: Request, _ query: Query<Parameter>, _ context: AdminContext
    ) async throws -> Response {
        let page = try query.page(of: PriceDraft.self)
        let found = try await database.read { try $0.catalog.priceDrafts(before: page.cursor, limit: page.readLimit) }
        return .json(page.page("drafts", of: found, by: \.id, PriceDraftBody.init))
    }

    @Sendable func show(_ request: Request, _ context: AdminContext) async throws -> Response {
        let id = try context.priceDraft()
        guard let draft = try await database.read({ try $0.catalog.priceDraft(id) }) else {
            throw PriceDraftError.notFound
        }
        return .json(PriceDraftBody(draft))
    }

    @Sendable func create(_ request: Request, _ context: AdminContext) async throws -> Response {
        let bytes = try await request.bytes(limit: 256 << 10)
        let json = try JSON(body: bytes)
        let idempotency = try request.idempotency(route: "price-drafts", body: json, bytes: bytes)
        let body = try ObjectBody(json, ["document", "note"])
        let created = try await drafts.create(
            PriceDrafts.Edit(document: body["document"], note: try body.text("note")), by: context.administrator,
            idempotency: idempotency.map { ($0, context.account) }
        ) { StoredResponse(status: 201, body: JSON.text(of: PriceDraftBody($0))) }
        switch created {
        case .repeated(let stored): return .replayed(stored) { $0["id"]?.string.map(Self.location) }
        case .draft(let draft):
            return .json(PriceDraftBody(draft), status: .created, location: Self.location(draft.id.rawValue))
        }
    }

    private static func location(_ id: String) -> String { "/api/admin/price-drafts/\(id)" }

    @Sendable func edit(_ request: Request, _ context: AdminContext) async throws -> Response {
        let id = try context.priceDraft()
        let body = try ObjectBody(await request.json(limit: 256 << 10), ["revision", "document", "note", "rebase"])
        let edit = PriceDrafts.Edit(
            document: body["document"], note: try body.text("note"), rebase: try body.flag("rebase") ?? false)
        let revision = try body.requiredInteger("revision")
        return .json(PriceDraftBody(try await drafts.edit(id, at: revision, edit, by: context.administrator)))
    }

    @Sendable func delete(_ request: Request, _ context: AdminContext) async throws -> Response {
        try await drafts.delete(try context.priceDraft(), by: context.administrator)
        return Response(status: .noContent)
    }
}

extension AdminContext {
    func priceDraft() throws(PriceDraftError) -> ID<PriceDraft> {
        guard let id = parameters.get("id").flatMap({ ID<PriceDraft>(checking: $0) }) else { throw .notFound }
        return id
    }
}
