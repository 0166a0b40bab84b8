package import SQL

extension FileStatements {
    /// Newest first, from behind `cursor`. Fewer than `limit` are not the end if the page has a `next`.
    package func page(
        of account: ID<Account>, _ filter: AssetFilter = AssetFilter(), after cursor: ID<Asset>? = nil, limit: Int
    ) throws(DatabaseError) -> AssetPage {
        if filter.findsNothing { return AssetPage(assets: []) }
        var source = AssetSource(filter, in: dialect)
        let rows = source.isAll(of: filter) ? limit : AssetPage.mostRows
        var (found, last) = ([Asset](), cursor)
        for read in 0..<AssetPage.mostReads {
            var list = AssetList(account: account, filter: filter, source: source, cursor: last, dialect: dialect)
            if source.isByNumber, let last { list.cursorNumber = try searchNumber(of: last) }
            found += try query(list.page("*"), values: list.values(rows: rows, limit: limit - found.count))
                .map { row throws(DatabaseError) in try Asset(row) }
            if found.count >= limit { return AssetPage(assets: found) }
            guard let end = try end(of: list, rows: rows) else { return AssetPage(assets: found) }
            last = end
            // Few are found faster all at once than in turn.
            if read == 0, source == .wordsInTurn, try !hasMoreHits(than: AssetPage.mostRows, list) { source = .words }
        }
        return AssetPage(assets: found, next: last)
    }

    /// The ids and sizes of all, newest first, as many as `limit`. Read as a whole.
    func outlines(
        of account: ID<Account>, _ filter: AssetFilter, limit: Int
    ) throws(DatabaseError) -> [AssetOutline] {
        if filter.findsNothing { return [] }
        let source = filter.search == nil ? AssetSource(filter, in: dialect) : .words
        let list = AssetList(account: account, filter: filter, source: source, cursor: nil, dialect: dialect)
        let rows = source.isAll(of: filter) ? limit : Gallery.mostFiltered
        return try query(list.page("id, width, height"), values: list.values(rows: rows, limit: limit))
            .map { row throws(DatabaseError) in try AssetOutline(row) }
    }

    /// The last row that a page looked through. Nil if the list ends there. PostgreSQL wants each value used.
    private func end(of list: AssetList, rows: Int) throws(DatabaseError) -> ID<Asset>? {
        let row = try queryOne(
            """
            SELECT id, COUNT(*) OVER () AS count, CAST($1 AS TEXT) AS account, CAST($4 AS TEXT) AS value
            FROM (\(list.source.statement)) AS looked ORDER BY id LIMIT 1
            """, values: list.sourceValues(rows: rows))
        guard let row, try row.get("count", as: Int.self) == rows else { return nil }
        let id: ID<Asset> = try row.get("id")
        return id.rawValue < list.first ? nil : id
    }

    private func hasMoreHits(than count: Int, _ list: AssetList) throws(DatabaseError) -> Bool {
        let row = try queryOne("""
            SELECT COUNT(*) AS count FROM (
                SELECT number FROM \(.rowsWithWords(.prompts, "$1")) AS matching LIMIT $2
            ) AS hits
            """, list.value, count + 1)
        return try row?.get("count", as: Int.self) ?? 0 > count
    }

    private func queryOne(_ statement: Statement, values: [SQLValue]) throws(DatabaseError) -> Row? {
        try query(statement, values: values).first
    }
}

/// What is known of an asset without its row: its place in a list, and its shape.
struct AssetOutline: Sendable, Hashable {
    let id: ID<Asset>
    let size: ImageSize?

    init(_ row: Row) throws(DatabaseError) {
        id = try row.get("id")
        let width: Int? = try row.get("width")
        let height: Int? = try row.get("height")
        size = width.flatMap { width in height.map { ImageSize(width: width, height: $0) } }
    }
}

/// A list as the statements take it.
private struct AssetList {
    let account: ID<Account>
    let filter: AssetFilter
    let source: AssetSource
    let cursor: ID<Asset>?
    /// Where the cursor is in a search. Nil if it is there no more.
    var cursorNumber: Int64?
    let dialect: Dialect

    /// Those of the source that have everything that is asked for, the first `$6`.
    func page(_ columns: Statement) -> Statement {
        """
        SELECT \(columns) FROM (\(source.statement)) AS found
        WHERE account_id = $1 AND id >= $5 AND deleted_at IS NULL
            AND ($7 = 'true') = (trashed_at IS NOT NULL)
            AND ($8 = 'any' OR ($8 = 'output') = (job_id IS NOT NULL))
            AND ($9 = 'any' OR ($9 = 'true') = (favorite_at IS NOT NULL))
            AND ($10 = '' OR job_kind = $10) AND ($11 = '' OR endpoint = $11)
            AND ($12 = '' OR EXISTS (
                SELECT 1 FROM asset_tags WHERE asset_tags.account_id = $1 AND tag = $12 AND asset_id = found.id))
            AND \(hasWords)
        ORDER BY \(source.isByNumber ? "number" : "id") DESC LIMIT $6
        """
    }

    /// Where the source has them not yet compared.
    private var hasWords: Statement { source == .wordsInTurn ? "\(.hasWords(.prompts, "$4"))" : "1 = 1" }

    func values(rows: Int, limit: Int) -> [SQLValue] {
        sourceValues(rows: rows) + ([
            first, limit, filter.isTrash ? "true" : "false", filter.kind?.rawValue ?? "any",
            filter.isFavorite.map { $0 ? "true" : "false" } ?? "any", filter.jobKind?.rawValue ?? "",
            filter.model?.rawValue ?? "", filter.tag ?? "",
        ] as [any SQLConvertible]).map { $0.sqlValue }
    }

    /// Those of the source.
    func sourceValues(rows: Int) -> [SQLValue] {
        let last: any SQLConvertible = source.isByNumber ? lastNumber : lastID
        return ([account, last, rows, value] as [any SQLConvertible]).map { $0.sqlValue }
    }

    /// The first id that may be in the list.
    var first: String { filter.from.map { ID<Asset>.first(at: $0).rawValue } ?? "" }

    /// What the source is read by.
    var value: String {
        switch source {
        case .words, .wordsInTurn:
            dialect.wordQuery((filter.search?.beginnings ?? []).map { SearchWords.prefix(of: account) + $0 })
        case .tag(let tag): tag
        case .model(let model): model.rawValue
        case .jobKind(let kind): kind.rawValue
        case .trash, .favorites, .kind, .all: ""
        }
    }

    /// Every id is less than "g".
    private var lastID: String {
        min(cursor?.rawValue ?? "g", filter.to.map { ID<Asset>.first(at: $0).rawValue } ?? "g")
    }

    private var lastNumber: Int64 {
        let cursor = cursorNumber ?? cursor.map { SearchNumber.of($0) + 1 } ?? .max
        return min(cursor, filter.to.map { SearchNumber.first(at: $0) } ?? .max)
    }
}

extension AssetFilter {
    /// Whether no row can have everything that is asked for.
    fileprivate var findsNothing: Bool { search?.beginnings.isEmpty == true }
}
