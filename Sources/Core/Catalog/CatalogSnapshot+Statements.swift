import SQL

extension CatalogStatements {
    package func catalog() throws -> CatalogSnapshot {
        let kinds = try query("""
            SELECT name, version, title, parameters, formula, default_endpoint, time_limit, repeatable
            FROM kinds WHERE disabled_at IS NULL
            """).map(Kind.init)
        let endpoints = try query("""
            SELECT id, kind, provider, title, complexity, request, cost_unit, cost FROM endpoints
            WHERE disabled_at IS NULL
            """).map(Endpoint.init)
        return try CatalogSnapshot(
            kinds: Dictionary(kinds.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first }),
            endpoints: Dictionary(endpoints.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }),
            prices: currentPrices().prices)
    }

    /// Also one that is disabled.
    func endpoint(_ id: EndpointID) throws -> Endpoint? {
        try queryOne("""
            SELECT id, kind, provider, title, complexity, request, cost_unit, cost FROM endpoints WHERE id = $1
            """, id).map(Endpoint.init)
    }
}

extension Kind {
    fileprivate init(_ row: Row) throws {
        try self.init(
            name: row.get("name"), version: row.get("version"), title: row.get("title"),
            parameters: JSON(parsing: row.get("parameters", as: String.self)).decode(), formula: row.get("formula"),
            defaultEndpoint: row.get("default_endpoint"),
            timeLimit: .milliseconds(row.get("time_limit", as: Int64.self)),
            isRepeatable: row.get("repeatable", as: Int.self) == 1)
    }
}

extension Endpoint {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row.get("id"), kind: row.get("kind"), provider: row.get("provider"), title: row.get("title"),
            complexity: row.get("complexity"), request: JSON(parsing: row.get("request", as: String.self)),
            costUnit: row.get("cost_unit"), cost: row.get("cost"))
    }
}
