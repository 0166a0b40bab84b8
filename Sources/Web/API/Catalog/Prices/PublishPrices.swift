import Core
import Hummingbird
import SQL

/// `POST /api/admin/price-drafts/{id}/preview` says what a draft would change, `…/publish` puts it in force.
struct PublishPrices: Sendable {
    private let drafts: PriceDrafts
    private let preview: PreviewPrices
    private let database: Database
    private let turns = Turns(1)

    init(drafts: PriceDrafts, preview: PreviewPrices, database: Database) {
        self.drafts = drafts
        self.preview = preview
        self.database = database
    }

    @Sendable func preview(_ request: Request, _ context: AdminContext) async throws -> Response {
        let id = try context.priceDraft()
        guard let draft = try await database.read({ try $0.catalog.priceDraft(id) }) else {
            throw PriceDraftError.notFound
        }
        return .json(PricePreviewBody(try await turns(for: nil) { try await preview(draft.document) }))
    }

    /// A second time there is no such draft: an `Idempotency-Key` is not needed, and not stored.
    @Sendable func publish(_ request: Request, _ context: AdminContext) async throws -> Response {
        let id = try context.priceDraft()
        let body = try ObjectBody(await request.json(), ["revision"])
        let version = try await drafts.publish(id, at: try body.requiredInteger("revision"), by: context.administrator)
        return .json(
            PriceVersionBody(version, isCurrent: true, withDocument: true), status: .created,
            location: "/api/admin/prices/\(version.version)")
    }
}
