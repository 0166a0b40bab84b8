package import SQL

extension FileStatements {
    package func asset(_ id: ID<Asset>, of account: ID<Account>) throws(DatabaseError) -> Asset? {
        try asset(queryOne(
            "SELECT * FROM assets WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL", id, account))
    }

    /// As `asset`, and nobody can delete it before this transaction has ended: for a caller that is about to refer to
    /// it.
    func lockAsset(_ id: ID<Asset>, of account: ID<Account>) throws(DatabaseError) -> Asset? {
        try asset(queryOne(
            """
            SELECT * FROM assets WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL \(.forUpdate(of: "assets"))
            """, id, account))
    }

    package func asset(key: StorageKey) throws(DatabaseError) -> Asset? {
        try asset(queryOne("SELECT * FROM assets WHERE key = $1 AND deleted_at IS NULL", key))
    }

    /// Whether or not it has been deleted since: a job makes an output once.
    package func output(_ index: Int, of job: ID<Job>) throws(DatabaseError) -> Asset? {
        try asset(queryOne("SELECT * FROM assets WHERE job_id = $1 AND output_index = $2", job, index))
    }

    /// In their order, without those that are deleted or in the trash.
    package func outputs(of job: ID<Job>) throws(DatabaseError) -> [Asset] {
        try query(
            """
            SELECT * FROM assets WHERE job_id = $1 AND deleted_at IS NULL AND trashed_at IS NULL ORDER BY output_index
            """, job)
            .map { row throws(DatabaseError) in try Asset(row) }
    }

    /// Adds the row and its size to the account's. The caller has removed its key from `file_deletions` in this
    /// transaction.
    package func insertAsset(_ asset: Asset) throws(DatabaseError) {
        try execute(
            """
            INSERT INTO assets (id, account_id, created_by, job_id, output_index, key, name, content_type, size, sha256,
                width, height, tags, favorite_at, created_at, expires_at, job_kind, endpoint, preview_priority,
                preview_due_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
            """, asset.id, asset.account, asset.createdBy, asset.job, asset.outputIndex, asset.key, asset.name,
            asset.type.contentType, asset.size, asset.sha256, asset.dimensions?.width, asset.dimensions?.height,
            JSON.array(asset.tags.map(JSON.string)).text, asset.favoriteAt, asset.createdAt, asset.expiresAt,
            asset.jobKind, asset.endpoint, asset.type.hasPreview ? 0 : nil,
            asset.type.hasPreview ? asset.createdAt : nil)
        try insertTags(of: asset)
        try addStorage(files: 1, bytes: asset.size, of: asset.account)
        if asset.type.hasPreview { notifyWorkersAfterCommit(.previews) }
    }

    func updateAsset(_ asset: Asset) throws(DatabaseError) {
        try execute(
            """
            UPDATE assets SET name = $3, tags = $4, favorite_at = $5
            WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL
            """, asset.id, asset.account, asset.name, JSON.array(asset.tags.map(JSON.string)).text, asset.favoriteAt)
        try deleteTags(of: asset)
        try insertTags(of: asset)
    }

    /// `asset_tags` says of each asset that is not deleted what `assets.tags` says, so that it can be found by a tag.
    private func insertTags(of asset: Asset) throws(DatabaseError) {
        try perform(Statements.insertTags, rows: asset.tags.map { [asset.account, $0, asset.id] })
    }

    private func deleteTags(of asset: Asset) throws(DatabaseError) {
        try execute("DELETE FROM asset_tags WHERE asset_id = $1", asset.id)
    }

    /// Marks the row and registers its bytes for removal, thumbnails included. Returns whether there still was one to
    /// delete.
    @discardableResult
    func deleteAsset(_ asset: Asset, now: Instant) throws(DatabaseError) -> Bool {
        let deleted = try execute(
            """
            UPDATE assets SET deleted_at = $2, preview_priority = NULL, preview_due_at = NULL
            WHERE id = $1 AND deleted_at IS NULL
            """, asset.id, now)
        guard deleted == 1 else { return false }
        try deleteTags(of: asset)
        try addStorage(files: -1, bytes: -asset.size, of: asset.account)
        try registerPendingFile(asset.key, dueAt: now)
        if asset.preview != nil { try releaseThumbnails(of: asset, now: now) }
        return true
    }

    /// A job that has not ended and still needs this file.
    func unendedJob(using asset: ID<Asset>) throws(DatabaseError) -> ID<Job>? {
        try queryOne(
            """
            SELECT jobs.id FROM job_inputs JOIN jobs ON jobs.id = job_inputs.job_id
            WHERE job_inputs.asset_id = $1 AND jobs.ended_at IS NULL LIMIT 1
            """, asset)?.get("id")
    }

    /// Those past their time, the oldest first.
    func expiredAssets(_ limit: Int, now: Instant) throws(DatabaseError) -> [Asset] {
        try query(
            "SELECT * FROM assets WHERE deleted_at IS NULL AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2",
            now, limit)
            .map { row throws(DatabaseError) in try Asset(row) }
    }

    /// Whether any job was made from it.
    func isInput(_ asset: ID<Asset>) throws(DatabaseError) -> Bool {
        try queryOne("SELECT 1 AS one FROM job_inputs WHERE asset_id = $1 LIMIT 1", asset) != nil
    }

    /// Whether the user who sent it shows it as their picture.
    func isAvatar(_ asset: Asset) throws(DatabaseError) -> Bool {
        guard let user = asset.createdBy else { return false }
        return try queryOne(
            "SELECT 1 AS one FROM profiles WHERE user_id = $1 AND avatar_asset_id = $2", user, asset.id) != nil
    }

    /// - Parameter instant: Nil means never.
    func setExpiry(of asset: ID<Asset>, to instant: Instant?) throws(DatabaseError) {
        try execute("UPDATE assets SET expires_at = $2 WHERE id = $1", asset, instant)
    }

    private func asset(_ row: Row?) throws(DatabaseError) -> Asset? {
        guard let row else { return nil }
        return try Asset(row)
    }
}

private enum Statements {
    static let insertTags = BulkStatement(
        "INSERT INTO asset_tags (account_id, tag, asset_id) VALUES", row: "($1, $2, $3)", "ON CONFLICT DO NOTHING")
}
