import SQL

extension FileStatements {
    /// Puts assets into the trash, or takes them out of it where the instant is nil. All links to them end.
    func setTrashed(_ assets: [ID<Asset>: Instant?]) throws(DatabaseError) {
        try perform(Statements.setTrashed, rows: assets.sorted { $0.key < $1.key }.map { [$0.key, $0.value] })
    }

    /// As `lockAsset`, of those that there are of the account's, by their ids. In the order of their ids.
    func lockAssets(_ ids: some Sequence<ID<Asset>>, of account: ID<Account>) throws(DatabaseError) -> [Asset] {
        try query(Statements.lockAssets, shared: [account], rows: Set(ids).sorted().map { [$0] })
            .map { row throws(DatabaseError) in try Asset(row) }
            .sorted { $0.id < $1.id }
    }

    /// Those that a job needs that has not ended.
    func inUse(_ ids: some Sequence<ID<Asset>>) throws(DatabaseError) -> Set<ID<Asset>> {
        var found: Set<ID<Asset>> = []
        for row in try query(Statements.inUse, rows: Set(ids).sorted().map { [$0] }) {
            found.insert(try row.get("asset_id"))
        }
        return found
    }

    /// What is in the trash since `instant` or longer, the longest first, by account.
    func trashed(
        until instant: Instant, limit: Int
    ) throws(DatabaseError) -> [ID<Account>: [ID<Asset>]] {
        var found: [ID<Account>: [ID<Asset>]] = [:]
        let rows = try query(
            """
            SELECT id, account_id FROM assets
            WHERE trashed_at > 0 AND deleted_at IS NULL AND trashed_at <= $1 ORDER BY trashed_at LIMIT $2
            """, instant, limit)
        for row in rows {
            found[try row.get("account_id"), default: []].append(try row.get("id"))
        }
        return found
    }
}

private enum Statements {
    static let setTrashed = BulkStatement(
        "UPDATE assets SET trashed_at = v.column2, link_epoch = link_epoch + 1 FROM (VALUES",
        row: "($1, CAST($2 AS BIGINT))", ") AS v WHERE assets.id = v.column1")

    static let lockAssets = BulkStatement(
        "SELECT * FROM assets WHERE account_id = $1 AND deleted_at IS NULL AND id IN (", row: "$1",
        ") ORDER BY id \(.forUpdate(of: "assets"))", shared: 1)

    static let inUse = BulkStatement("""
        SELECT DISTINCT job_inputs.asset_id FROM job_inputs JOIN jobs ON jobs.id = job_inputs.job_id
        WHERE jobs.ended_at IS NULL AND job_inputs.asset_id IN (
        """, row: "$1", ")")
}
