import Foundation
package import SQL

/// Drafts of prices: created, edited, previewed, and published as the next version. Every step is logged with the
/// administrator who took it. A published version takes effect on this node at once, and on the others when they next
/// read the catalog.
package struct PriceDrafts: Sendable {
    package static let limit = 50
    /// The most bytes of a note.
    package static let noteLimit = 2000

    /// What an administrator changes in a draft. A member that is left out stays, or is as in the current version.
    package struct Edit: Sendable {
        package var document: JSON?
        package var note: String?
        /// Bases the draft on the current version; the document stays as it is.
        package var rebase: Bool

        package init(document: JSON? = nil, note: String? = nil, rebase: Bool = false) {
            self.document = document
            self.note = note
            self.rebase = rebase
        }
    }

    package enum Created: Sendable {
        case draft(PriceDraft)
        case repeated(StoredResponse)
    }

    private let database: Database
    private let catalog: Catalog
    private let time: Time

    package init(database: Database, catalog: Catalog, time: Time) {
        self.database = database
        self.catalog = catalog
        self.time = time
    }

    /// - Parameter response: Makes the response to store for `idempotency`, without effects.
    package func create(
        _ edit: Edit, by administrator: ID<User>, idempotency: (key: Idempotency, account: ID<Account>)? = nil,
        response: @escaping @Sendable (PriceDraft) -> StoredResponse = { _ in StoredResponse(status: 201, body: "") }
    ) async throws -> Created {
        let now = time.now()
        let note = try check(edit.note ?? "")
        return try await database.write(order: .alone) { transaction in
            if let (key, account) = idempotency,
                let stored = try transaction.idempotency.storedResponse(key, of: account, now: now) {
                return .repeated(stored)
            }
            let current = try transaction.catalog.currentPrices()
            let document = try edit.document.map { try check($0, transaction) } ?? current.document
            guard try transaction.catalog.countPriceDrafts() < Self.limit else {
                throw PriceDraftError.tooMany(limit: Self.limit)
            }
            let draft = PriceDraft(
                id: .make(at: now), basedOn: current.version, document: document, note: note, revision: 1,
                createdBy: administrator,
                createdAt: now, updatedBy: administrator, updatedAt: now)
            try transaction.catalog.insert(draft)
            try transaction.auditLog.note(draft.act("price_drafts.create", by: administrator, now))
            if let (key, account) = idempotency {
                try transaction.idempotency.storeResponse(response(draft), key, of: account, now: now)
            }
            return .draft(draft)
        }
    }

    /// - Parameter revision: The revision that the administrator saw.
    package func edit(
        _ id: ID<PriceDraft>, at revision: Int, _ edit: Edit, by administrator: ID<User>
    ) async throws -> PriceDraft {
        let now = time.now()
        let note = try edit.note.map(check)
        return try await database.write(order: .alone) { transaction in
            let old = try transaction.catalog.demandDraft(id, at: revision)
            let basedOn = try edit.rebase ? transaction.catalog.currentPrices().version : old.basedOn
            let draft = PriceDraft(
                id: id, basedOn: basedOn,
                document: try edit.document.map { try check($0, transaction) } ?? old.document,
                note: note ?? old.note, revision: revision + 1, createdBy: old.createdBy, createdAt: old.createdAt,
                updatedBy: administrator, updatedAt: now)
            try transaction.catalog.update(draft)
            try transaction.auditLog.note(draft.act("price_drafts.edit", by: administrator, now))
            return draft
        }
    }

    package func delete(_ id: ID<PriceDraft>, by administrator: ID<User>) async throws {
        let now = time.now()
        try await database.write(order: .alone) { transaction in
            guard let draft = try transaction.catalog.lockPriceDraft(id) else { throw PriceDraftError.notFound }
            try transaction.catalog.deletePriceDraft(id)
            try transaction.auditLog.note(draft.act("price_drafts.delete", by: administrator, now))
        }
    }

    /// Publishes the draft. Refused if another version has been published since it was begun.
    package func publish(
        _ id: ID<PriceDraft>, at revision: Int, by administrator: ID<User>
    ) async throws -> PriceVersion {
        let now = time.now()
        do {
            let version = try await database.write(order: .alone) { transaction in
                let draft = try transaction.catalog.demandDraft(id, at: revision)
                let current = try transaction.catalog.currentPrices().version
                guard draft.basedOn == current else {
                    throw PriceDraftError.outdated(basedOn: draft.basedOn, current: current)
                }
                // The catalog may offer more than when the draft was written.
                try draft.document.demandAll(of: transaction.catalog.catalog())
                let version = PriceVersion(
                    version: current + 1, document: draft.document, note: draft.note, basedOn: current,
                    publishedAt: now,
                    publishedBy: administrator)
                try transaction.catalog.insert(version)
                try transaction.catalog.deletePriceDraft(id)
                try transaction.auditLog.note(AuditLogEntry(
                    "prices.publish", of: "\(version.version)",
                    ["draft": .string(id.rawValue), "basedOn": .integer(Int64(current)), "reason": .string(draft.note)],
                    by: administrator, at: now))
                return version
            }
            catalog.forget()
            return version
        } catch let error as DatabaseError where error.kind == .unique {
            // Someone else published at the same moment.
            let current = try await database.read { try $0.catalog.currentPrices().version }
            throw PriceDraftError.outdated(basedOn: current - 1, current: current)
        }
    }

    private func check(_ note: String) throws(PriceDraftError) -> String {
        let note = note.trimmingCharacters(in: .whitespacesAndNewlines)
        guard (1...Self.noteLimit).contains(note.utf8.count) else { throw .invalidNote }
        return note
    }

    private func check(_ json: JSON, _ transaction: Transaction) throws -> PriceList.Document {
        let document: PriceList.Document
        do throws(PriceDocumentError) { document = try PriceList.Document(checking: json) } catch {
            throw PriceDraftError.document(error)
        }
        try document.demandAll(of: transaction.catalog.catalog())
        return document
    }
}

extension PriceList.Document {
    fileprivate func demandAll(of catalog: CatalogSnapshot) throws(PriceDraftError) {
        do throws(PriceDocumentError) { try demandPrices(for: catalog) } catch { throw .document(error) }
    }
}

extension PriceDraft {
    fileprivate func act(_ action: AuditLogEntry.Action, by administrator: ID<User>, _ now: Instant) -> AuditLogEntry {
        AuditLogEntry(
            action, of: id.rawValue,
            ["basedOn": .integer(Int64(basedOn)), "revision": .integer(Int64(revision)), "reason": .string(note)],
            by: administrator, at: now)
    }
}

extension CatalogStatements {
    fileprivate func demandDraft(_ id: ID<PriceDraft>, at revision: Int) throws -> PriceDraft {
        guard let draft = try lockPriceDraft(id) else { throw PriceDraftError.notFound }
        guard draft.revision == revision else { throw PriceDraftError.changed(revision: draft.revision) }
        return draft
    }
}
