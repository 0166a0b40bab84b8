import SQL

/// A file that was chosen for a ZIP, as it is now.
struct FileToZip: Sendable {
    let asset: Asset
    let isDeleted: Bool
}

extension FileStatements {
    /// Of those that the account has, in bytes.
    func sizes(
        of ids: [ID<Asset>], of account: ID<Account>
    ) throws(DatabaseError) -> [ID<Asset>: Int] {
        var sizes: [ID<Asset>: Int] = [:]
        for row in try query(Statements.sizes, shared: [account], rows: ids.map { [$0] }) {
            sizes[try row.get("id")] = try row.get("size", as: Int.self)
        }
        return sizes
    }

    /// Those of the account, deleted ones too.
    func filesToZip(
        _ ids: [ID<Asset>], of account: ID<Account>
    ) throws(DatabaseError) -> [ID<Asset>: FileToZip] {
        var files: [ID<Asset>: FileToZip] = [:]
        for row in try query(Statements.files, shared: [account], rows: ids.map { [$0] }) {
            let asset = try Asset(row)
            files[asset.id] = FileToZip(asset: asset, isDeleted: try row.get("deleted_at", as: Instant?.self) != nil)
        }
        return files
    }
}

private enum Statements {
    static let sizes = BulkStatement(
        "SELECT id, size FROM assets WHERE account_id = $1 AND deleted_at IS NULL AND id IN (", row: "$1", ")",
        shared: 1)

    static let files = BulkStatement(
        "SELECT * FROM assets WHERE account_id = $1 AND id IN (", row: "$1", ")", shared: 1)
}
