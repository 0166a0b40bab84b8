extension PostgresEngine {
    /// What the server must be able to do. It checks its data itself.
    package func check() async throws -> [String] {
        try await read { transaction in
            guard let row = try transaction.queryOne("""
                SELECT CAST(current_setting('server_version_num') AS BIGINT) AS number,
                    current_setting('server_version') AS version,
                    current_setting('server_encoding') AS encoding, pg_is_in_recovery()::int AS recovering,
                    COALESCE(current_schema(), '') AS schema
                """)
            else { return [] }
            var problems: [String] = []
            if try row.get("number", as: Int.self) < 150_000 {
                problems.append(
                    "PostgreSQL 15 or later is required; the server has \(try row.get("version", as: String.self)).")
            }
            if case let encoding: String = try row.get("encoding"), encoding != "UTF8" {
                problems.append("""
                    The encoding of the database must be UTF8, but is \(encoding). Create it with: \
                    CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.
                    """)
            }
            if try row.get("recovering", as: Int.self) == 1 {
                problems.append("The server is a read-only standby. Use the primary server.")
            }
            if case let schema: String = try row.get("schema"), schema.isEmpty {
                problems.append(
                    "No schema in the user's search_path exists. Create one of them, or change the search_path.")
            }
            return problems
        }
    }
}
