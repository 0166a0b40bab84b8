package import Core
import Foundation
import HTTPTypes
package import Hummingbird
package import SQL

/// `/api/admin/price-drafts`: `GET` lists, `POST` begins one; `/{id}`: `GET` shows, `PATCH` edits, `DELETE` throws away.
package struct ChangePriceDraft: Sendable {
    private let drafts: PriceDrafts
    private let database: Database

    package init(drafts: PriceDrafts, database: Database) {
        self.drafts = drafts
        self.database = database
    }

    private struct Page: Encodable {
        let drafts: [PriceDraftBody]
        let nextCursor: String?
    }

    @Sendable package func list(_ request: Request, _ context: AdminContext) async throws -> Response {
        let limit = try request.limit()
        let cursor = try request.cursor(PriceDraft.self)
        let found = try await database.read { try $0.priceDrafts(before: cursor, limit: limit + 1) }
        let page = found.prefix(limit)
        return .json(Page(drafts: page.map(PriceDraftBody.init), nextCursor: found.count > limit ? page.last?.id.rawValue : nil))
    }

    @Sendable package func show(_ request: Request, _ context: AdminContext) async throws -> Response {
        let id = try context.priceDraft()
        guard let draft = try await database.read({ try $0.priceDraft(id) }) else { throw PriceDraftError.notFound }
        return .json(PriceDraftBody(draft))
    }

    @Sendable package func create(_ request: Request, _ context: AdminContext) async throws -> Response {
        let bytes = try await request.bytes(limit: 256 << 10)
        let idempotency = try request.idempotency(route: "price-drafts", body: bytes)
        let body = try ObjectBody(JSON(body: bytes), ["document", "note"])
        let created = try await drafts.create(
            PriceDrafts.Edit(document: body["document"], note: try body.text("note")), by: context.administrator,
            idempotency: idempotency.map { ($0, context.account) }
        ) { KeptAnswer(status: 201, body: JSON.text(of: PriceDraftBody($0))) }
        switch created {
        case .repeated(let kept): return .kept(kept, isRepeated: true)
        case .draft(let draft): return .json(PriceDraftBody(draft), status: .created)
        }
    }

    @Sendable package func edit(_ request: Request, _ context: AdminContext) async throws -> Response {
        let id = try context.priceDraft()
        let body = try ObjectBody(await request.json(limit: 256 << 10), ["revision", "document", "note", "rebase"])
        let edit = PriceDrafts.Edit(document: body["document"], note: try body.text("note"), rebase: try body.flag("rebase"))
        return .json(PriceDraftBody(try await drafts.edit(id, at: try body.integer("revision"), edit, by: context.administrator)))
    }

    @Sendable package func delete(_ request: Request, _ context: AdminContext) async throws -> Response {
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
