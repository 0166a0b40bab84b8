import SQL

extension CatalogStatements {
    package func currentPrices() throws -> PriceVersion {
        guard let row = try queryOne("SELECT * FROM prices ORDER BY version DESC LIMIT 1") else {
            throw DatabaseError(.schema, "no prices are published")
        }
        return try PriceVersion(row)
    }

    package func prices(version: Int) throws -> PriceVersion? {
        try queryOne("SELECT * FROM prices WHERE version = $1", version).map(PriceVersion.init)
    }

    /// Newest first, from behind `cursor`.
    package func priceVersions(before cursor: Int?, limit: Int) throws -> [PriceVersion] {
        try query(
            "SELECT * FROM prices WHERE version < $1 ORDER BY version DESC LIMIT $2", Int64(cursor ?? .max),
            limit).map(PriceVersion.init)
    }

    /// A second node that publishes the same version at the same time gets a `unique` error.
    func insert(_ version: PriceVersion) throws(DatabaseError) {
        try execute("""
            INSERT INTO prices (version, document, note, based_on, published_at, published_by)
            VALUES ($1, $2, $3, $4, $5, $6)
            """, version.version, JSON.text(of: version.document), version.note, version.basedOn, version.publishedAt,
            version.publishedBy)
    }

    package func priceDraft(_ id: ID<PriceDraft>) throws -> PriceDraft? {
        try queryOne("SELECT * FROM price_drafts WHERE id = $1", id).map(PriceDraft.init)
    }

    /// Newest first, from behind `cursor`.
    package func priceDrafts(before cursor: ID<PriceDraft>?, limit: Int) throws -> [PriceDraft] {
        try query("SELECT * FROM price_drafts WHERE id < $1 ORDER BY id DESC LIMIT $2", cursor?.rawValue ?? "g", limit)
            .map(PriceDraft.init)
    }

    func lockPriceDraft(_ id: ID<PriceDraft>) throws -> PriceDraft? {
        try queryOne("SELECT * FROM price_drafts WHERE id = $1 \(.forUpdate(of: "price_drafts"))", id)
            .map(PriceDraft.init)
    }

    func countPriceDrafts() throws(DatabaseError) -> Int {
        try queryOne("SELECT COUNT(*) AS count FROM price_drafts")?.get("count") ?? 0
    }

    func insert(_ draft: PriceDraft) throws(DatabaseError) {
        try execute("""
            INSERT INTO price_drafts (id, based_on, document, note, revision, created_by, created_at, updated_by,
                updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """, draft.id, draft.basedOn, JSON.text(of: draft.document), draft.note, draft.revision, draft.createdBy,
            draft.createdAt,
            draft.updatedBy, draft.updatedAt)
    }

    func update(_ draft: PriceDraft) throws(DatabaseError) {
        try execute("""
            UPDATE price_drafts SET based_on = $2, document = $3, note = $4, revision = $5, updated_by = $6,
                updated_at = $7 WHERE id = $1
            """, draft.id, draft.basedOn, JSON.text(of: draft.document), draft.note, draft.revision, draft.updatedBy,
            draft.updatedAt)
    }

    func deletePriceDraft(_ id: ID<PriceDraft>) throws(DatabaseError) {
        try execute("DELETE FROM price_drafts WHERE id = $1", id)
    }
}

extension PriceVersion {
    fileprivate init(_ row: Row) throws {
        version = try row.get("version")
        document = try JSON(parsing: row.get("document", as: String.self)).decode()
        note = try row.get("note")
        basedOn = try row.get("based_on")
        publishedAt = try row.get("published_at")
        publishedBy = try row.get("published_by")
    }
}

extension PriceDraft {
    fileprivate init(_ row: Row) throws {
        id = try row.get("id")
        basedOn = try row.get("based_on")
        document = try JSON(parsing: row.get("document", as: String.self)).decode()
        note = try row.get("note")
        revision = try row.get("revision")
        createdBy = try row.get("created_by")
        createdAt = try row.get("created_at")
        updatedBy = try row.get("updated_by")
        updatedAt = try row.get("updated_at")
    }
}
