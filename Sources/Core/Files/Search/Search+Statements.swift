import SQL

extension FileStatements {
    /// New ones first.
    func waitingPrompts(_ limit: Int) throws(DatabaseError) -> [WaitingPrompt] {
        try query("""
            SELECT waiting.priority, waiting.asset_id, assets.account_id,
                \(.member("jobs.parameters", ["prompt"])) AS prompt
            FROM (SELECT priority, asset_id FROM search_queue ORDER BY priority, asset_id LIMIT $1) AS waiting
            LEFT JOIN assets ON assets.id = waiting.asset_id LEFT JOIN jobs ON jobs.id = assets.job_id
            """, limit).map { row throws(DatabaseError) in
                try WaitingPrompt(
                    priority: row.get("priority"), asset: row.get("asset_id"), account: row.get("account_id"),
                    prompt: row.get("prompt"))
            }
    }

    /// Those of assets that are not deleted. An asset keeps the words that it has.
    func insertWords(_ rows: [WordRow]) throws(DatabaseError) {
        let rows = rows.sorted { $0.asset < $1.asset }
        // Held, since what is deleted from now on takes its words with it.
        let live = Set(try query(Statements.lockLive, rows: rows.map { [$0.asset] })
            .map { row throws(DatabaseError) in try row.get("id", as: ID<Asset>.self) })
        let known = try query(Statements.taken, rows: rows.map { [SearchNumber.of($0.asset)] })
        var taken = Set(try known.map { row throws(DatabaseError) in try row.get("number", as: Int64.self) })
        for row in rows where live.contains(row.asset) {
            var number = SearchNumber.of(row.asset)
            if taken.contains(number) { number = try freeNumber(near: number) }
            taken.insert(number)
            try perform("""
                INSERT INTO asset_words (number, asset_id, account_id, words) VALUES ($1, $2, $3, $4)
                ON CONFLICT (asset_id) DO NOTHING
                """, number, row.asset, row.account, row.words)
        }
    }

    /// After the last one of the millisecond, or before its first.
    private func freeNumber(near number: Int64) throws(DatabaseError) -> Int64 {
        let range = SearchNumber.range(around: number)
        let row = try queryOne("""
            SELECT MIN(number) AS first, MAX(number) AS last FROM asset_words WHERE number BETWEEN $1 AND $2
            """, range.lowerBound, range.upperBound)
        let last = try row?.get("last", as: Int64?.self) ?? number
        if last < range.upperBound { return last + 1 }
        return try (row?.get("first", as: Int64?.self) ?? number) - 1
    }

    /// The place of an asset in a search, if it still has one.
    func searchNumber(of asset: ID<Asset>) throws(DatabaseError) -> Int64? {
        try queryOne("SELECT number FROM asset_words WHERE asset_id = $1", asset)?.get("number")
    }

    func removeFromQueue(_ waiting: [WaitingPrompt]) throws(DatabaseError) {
        for priority in Set(waiting.map(\.priority)).sorted() {
            let assets = waiting.filter { $0.priority == priority }.map(\.asset).sorted()
            try perform(Statements.remove, shared: [priority], rows: assets.map { [$0] })
        }
    }
}

private enum Statements {
    static let lockLive = BulkStatement(
        "SELECT id FROM assets WHERE id IN (", row: "$1",
        ") AND deleted_at IS NULL ORDER BY id \(.forUpdate(of: "assets"))")

    static let taken = BulkStatement("SELECT number FROM asset_words WHERE number IN (", row: "$1", ")")

    static let remove = BulkStatement(
        "DELETE FROM search_queue WHERE priority = $1 AND asset_id IN (", row: "$1", ")", shared: 1)
}
