import SQL

/// The pictures that an account made in one hour of UTC.
struct GalleryHour: Sendable, Hashable {
    /// Since 1970.
    let hour: Int64
    let count: Int
    /// Tells a later state of the hour from this one.
    let changes: Int64
    /// Nil until it is computed.
    var letters: String?

    static let length: Int64 = 3_600_000

    init(_ row: Row) throws(DatabaseError) {
        hour = try row.get("hour")
        count = try row.get("count")
        changes = try row.get("changes")
        letters = try row.get("letters")
    }

    /// Before every id that was made after the hour, and behind all of the hour.
    var end: ID<Asset> { .first(at: Instant(rawValue: (hour + 1) * Self.length)) }

    static func hour(of id: ID<Asset>) -> Int64 { SearchNumber.milliseconds(of: id) / length }
}

extension FileStatements {
    /// Newest first; hours without pictures are left out.
    func galleryHours(of account: ID<Account>) throws(DatabaseError) -> [GalleryHour] {
        try query("""
            SELECT hour, count, changes, letters FROM gallery_hours WHERE account_id = $1 AND count > 0
            ORDER BY hour DESC
            """, account).map { row throws(DatabaseError) in try GalleryHour(row) }
    }

    /// Computes the letters of the hours that have none, from an index that has the sizes.
    func fillLetters(of account: ID<Account>, _ hours: inout [GalleryHour]) throws(DatabaseError) {
        var next = 0
        while let start = hours[next...].firstIndex(where: { $0.letters == nil }) {
            // Those that follow one another are read at once.
            next = start
            var count = 0
            while next < hours.count, hours[next].letters == nil, count == 0 || count + hours[next].count <= 10_000 {
                count += hours[next].count
                next += 1
            }
            let letters = try letters(of: account, before: hours[start].end, count)
            for index in start..<next { hours[index].letters = letters[hours[index].hour] ?? "" }
        }
    }

    /// By hours.
    private func letters(
        of account: ID<Account>, before end: ID<Asset>, _ count: Int
    ) throws(DatabaseError) -> [Int64: String] {
        let rows = try query("""
            SELECT id, width, height FROM assets
            WHERE account_id = $1 AND id < $2 AND output_index IS NOT NULL AND deleted_at IS NULL AND trashed_at IS NULL
            ORDER BY id DESC NULLS LAST LIMIT $3
            """, account, end, count)
        var letters: [Int64: [UInt8]] = [:]
        for row in rows {
            let outline = try AssetOutline(row)
            letters[GalleryHour.hour(of: outline.id), default: []].append(Proportion.letter(of: outline.size))
        }
        return letters.mapValues { String(decoding: $0, as: UTF8.self) }
    }

    /// For the next reader, unless the hour has changed since.
    func keepLetters(_ hours: [GalleryHour], of account: ID<Account>) throws(DatabaseError) {
        for hour in hours {
            try perform("""
                UPDATE gallery_hours SET letters = $3 WHERE account_id = $1 AND hour = $2 AND changes = $4
                """, account, hour.hour, hour.letters, hour.changes)
        }
    }

    /// Pictures from the place `position` on, the newest being at 0.
    func pictures(of account: ID<Account>, at position: Int, _ count: Int) throws(DatabaseError) -> [Asset] {
        // The hour is known by the counts alone, so that only pictures of this one are passed over.
        let row = try queryOne("""
            SELECT hour, place FROM (
                SELECT hour, count, CAST(SUM(count) OVER (ORDER BY hour DESC) AS BIGINT) - count AS place
                FROM gallery_hours WHERE account_id = $1 AND count > 0
            ) AS hours WHERE place <= $2 AND place + count > $2
            """, account, position)
        guard let row else { return [] }
        let end = ID<Asset>.first(at: Instant(rawValue: (try row.get("hour", as: Int64.self) + 1) * GalleryHour.length))
        return try query("""
            SELECT assets.* FROM (
                SELECT id FROM assets
                WHERE account_id = $1 AND id < $2 AND output_index IS NOT NULL AND deleted_at IS NULL
                    AND trashed_at IS NULL
                ORDER BY id DESC NULLS LAST LIMIT $3 OFFSET $4
            ) AS shown JOIN assets ON assets.id = shown.id ORDER BY assets.id DESC
            """, account, end, count, position - (try row.get("place", as: Int.self)))
            .map { row throws(DatabaseError) in try Asset(row) }
    }

    /// In the order given. Those that there are not any more are left out.
    func assets(_ ids: [ID<Asset>], of account: ID<Account>) throws(DatabaseError) -> [Asset] {
        let rows = try query(Statements.byID, shared: [account], rows: ids.map { [$0] })
        var assets: [ID<Asset>: Asset] = [:]
        for row in rows {
            let asset = try Asset(row)
            assets[asset.id] = asset
        }
        return ids.compactMap { assets[$0] }
    }
}

private enum Statements {
    static let byID = BulkStatement(
        "SELECT * FROM assets WHERE account_id = $1 AND deleted_at IS NULL AND id IN (", row: "$1", ")", shared: 1)
}
