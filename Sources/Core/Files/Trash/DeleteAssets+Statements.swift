import SQL

extension FileStatements {
    /// Deletes locked assets of one account as `deleteAsset` does, all at once. Those that no longer are there must be
    /// left out by the caller, which holds them.
    func deleteAssets(_ assets: [Asset], of account: ID<Account>, now: Instant) throws(DatabaseError) {
        guard !assets.isEmpty else { return }
        let ids = assets.map { [$0.id] }
        try perform(Statements.delete, shared: [now], rows: ids)
        try perform(Statements.deleteTags, rows: ids)
        try addStorage(files: -assets.count, bytes: -assets.reduce(0) { $0 + $1.size }, of: account)
        try perform(Statements.register, rows: assets.map { [$0.key, now] })
        // One that is registered already is just being stored, and stays registered until then.
        try perform(Statements.registerThumbnails, rows: assets.filter { $0.preview != nil }.flatMap { asset in
            Self.thumbnailSides.map { [StorageKey.thumbnail($0, of: asset.id, account), now] }
        })
    }

    private static let thumbnailSides = [320, 640, 1280]
}

private enum Statements {
    static let delete = BulkStatement(
        """
        UPDATE assets SET deleted_at = $1, preview_priority = NULL, preview_due_at = NULL
        WHERE deleted_at IS NULL AND id IN (
        """, row: "$1", ")", shared: 1)

    static let deleteTags = BulkStatement("DELETE FROM asset_tags WHERE asset_id IN (", row: "$1", ")")

    static let register = BulkStatement(
        "INSERT INTO file_deletions (key, due_at) VALUES", row: "($1, CAST($2 AS BIGINT))", """
        ON CONFLICT (key) DO UPDATE SET due_at = excluded.due_at WHERE file_deletions.tries = 0
        """)

    static let registerThumbnails = BulkStatement(
        "INSERT INTO file_deletions (key, due_at) VALUES", row: "($1, CAST($2 AS BIGINT))",
        "ON CONFLICT (key) DO NOTHING")
}
