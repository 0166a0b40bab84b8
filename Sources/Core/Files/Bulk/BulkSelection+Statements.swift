import SQL

/// A part of a selection, newest first.
struct SelectedAssets: Sendable, Hashable {
    let ids: [ID<Asset>]
    /// From behind which id the selection goes on. Nil if this is its end.
    let next: ID<Asset>?
}

extension FileStatements {
    /// A part of what the filter finds of an account, from behind `cursor`. It may have fewer than `limit` without
    /// being the end.
    func ids(
        of account: ID<Account>, _ filter: AssetFilter, after cursor: ID<Asset>?, limit: Int
    ) throws(DatabaseError) -> SelectedAssets {
        let page = try page(of: account, filter, after: cursor, limit: limit)
        let ids = page.assets.map(\.id)
        return SelectedAssets(ids: ids, next: page.next ?? (ids.count < limit ? nil : ids.last))
    }

    /// A part of a selection; those of a few ids are one part.
    func ids(
        of account: ID<Account>, _ selection: BulkSelection, after cursor: ID<Asset>?, limit: Int
    ) throws(DatabaseError) -> SelectedAssets {
        switch selection {
        case .only(let ids):
            return SelectedAssets(ids: ids.sorted(by: >), next: nil)
        case .filter(let filter, _):
            let page = try self.ids(of: account, filter, after: cursor, limit: limit)
            return SelectedAssets(ids: page.ids.filter(selection.includes), next: page.next)
        }
    }

    /// The newest asset that the account has. Nil if it has none. Each of the three has an index in this order.
    func newestAsset(of account: ID<Account>) throws(DatabaseError) -> ID<Asset>? {
        try queryOne(
            """
            SELECT MAX(id) AS id FROM (
                SELECT id FROM (
                    SELECT id FROM assets
                    WHERE account_id = $1 AND output_index IS NULL AND deleted_at IS NULL AND trashed_at IS NULL
                    ORDER BY id DESC NULLS LAST LIMIT 1) AS uploads
                UNION ALL SELECT id FROM (
                    SELECT id FROM assets
                    WHERE account_id = $1 AND output_index IS NOT NULL AND deleted_at IS NULL AND trashed_at IS NULL
                    ORDER BY id DESC NULLS LAST LIMIT 1) AS outputs
                UNION ALL SELECT id FROM (
                    SELECT id FROM assets
                    WHERE account_id = $1 AND deleted_at IS NULL AND trashed_at IS NOT NULL
                    ORDER BY id DESC NULLS LAST LIMIT 1) AS trash
            ) AS newest
            """, account)?
            .get("id", as: ID<Asset>?.self)
    }
}
