import SQL

extension FileStatements {
    /// Writes what actions make of locked assets of one account, all of the same member.
    func apply(_ values: [ID<Asset>: BulkValue], of account: ID<Account>) throws(DatabaseError) {
        var (favorites, trashed, tags) = (
            [[any SQLConvertible]](), [ID<Asset>: Instant?](), [(id: ID<Asset>, tags: [String])]())
        for (id, value) in values.sorted(by: { $0.key < $1.key }) {
            switch value {
            case .favoriteAt(let instant): favorites.append([id, instant])
            case .trashedAt(let instant): trashed.updateValue(instant, forKey: id)
            case .tags(let list): tags.append((id, list))
            }
        }
        try perform(Statements.setFavorites, rows: favorites)
        try setTrashed(trashed)
        try perform(Statements.setTags, rows: tags.map { [$0.id, JSON.array($0.tags.map(JSON.string)).text] })
        try perform(Statements.deleteTags, rows: tags.map { [$0.id] })
        try perform(Statements.insertTags, rows: tags.flatMap { id, tags in tags.map { [account, $0, id] } })
    }

    func insertBulkChanges(_ changes: [BulkChange], of task: ID<BulkTask>) throws(DatabaseError) {
        try perform(Statements.insertChanges, rows: changes.map { change in
            [task, change.asset, change.was.json.text, change.became.json.text]
        })
    }

    /// Those that are left, the oldest asset's first.
    func bulkChanges(of task: BulkTask, limit: Int) throws(DatabaseError) -> [BulkChange] {
        try query(
            "SELECT asset_id, was, became FROM bulk_changes WHERE task_id = $1 ORDER BY asset_id LIMIT $2",
            task.id, limit)
            .map { row throws(DatabaseError) in
                BulkChange(
                    asset: try row.get("asset_id"), was: try Self.value(row.get("was"), of: task.action),
                    became: try Self.value(row.get("became"), of: task.action))
            }
    }

    /// They are undone, or never will be.
    func deleteBulkChanges(_ changes: [BulkChange], of task: ID<BulkTask>) throws(DatabaseError) {
        try perform(Statements.deleteChanges, shared: [task], rows: changes.map { [$0.asset] })
    }

    private static func value(_ text: String, of action: BulkAction) throws(DatabaseError) -> BulkValue {
        guard let json = try? JSON(parsing: text), let value = BulkValue(json, of: action) else {
            throw DatabaseError(.decoding, "columns was and became do not hold values of the action")
        }
        return value
    }
}

private enum Statements {
    static let setFavorites = BulkStatement(
        "UPDATE assets SET favorite_at = v.column2 FROM (VALUES", row: "($1, CAST($2 AS BIGINT))",
        ") AS v WHERE assets.id = v.column1")

    static let setTags = BulkStatement(
        "UPDATE assets SET tags = v.column2 FROM (VALUES", row: "($1, $2)", ") AS v WHERE assets.id = v.column1")

    static let deleteTags = BulkStatement("DELETE FROM asset_tags WHERE asset_id IN (", row: "$1", ")")

    static let insertTags = BulkStatement(
        "INSERT INTO asset_tags (account_id, tag, asset_id) VALUES", row: "($1, $2, $3)", "ON CONFLICT DO NOTHING")

    static let insertChanges = BulkStatement(
        "INSERT INTO bulk_changes (task_id, asset_id, was, became) VALUES", row: "($1, $2, $3, $4)")

    static let deleteChanges = BulkStatement(
        "DELETE FROM bulk_changes WHERE task_id = $1 AND asset_id IN (", row: "$1", ")", shared: 1)
}
