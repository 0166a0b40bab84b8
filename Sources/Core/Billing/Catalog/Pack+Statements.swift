package import SQL

extension BillingStatements {
    /// In the order in which they are shown; those for sale, or all.
    package func packs(withRetired: Bool = false) throws(DatabaseError) -> [Pack] {
        try query("SELECT * FROM packs ORDER BY position, name").map(Pack.init).filter {
            withRetired || $0.retiredAt == nil
        }
    }

    package func pack(_ name: String) throws(DatabaseError) -> Pack? {
        try queryOne("SELECT * FROM packs WHERE name = $1", name).map(Pack.init)
    }

    /// As it is to be from now on; one of a new name is added.
    func put(_ pack: Pack) throws(DatabaseError) {
        try execute("""
            INSERT INTO packs (name, title, credits, price, currency, position, retired_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (name) DO UPDATE SET title = excluded.title, credits = excluded.credits, price = excluded.price,
                currency = excluded.currency, position = excluded.position, retired_at = excluded.retired_at
            """, pack.name, pack.title, pack.credits, pack.price.amount, pack.price.currency, pack.position,
            pack.retiredAt)
    }
}

extension Pack {
    fileprivate init(_ row: Row) throws(DatabaseError) {
        name = try row.get("name")
        title = try row.get("title")
        credits = try row.get("credits")
        price = try Money(row.get("price"), row.get("currency"))
        position = try row.get("position")
        retiredAt = try row.get("retired_at")
    }
}
