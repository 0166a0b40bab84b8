extension Transaction {
    /// The tables of PostgreSQL's current schema, in an order in which rows can be inserted. Columns that are computed
    /// from others are left out: each side computes its own.
    func tablesInOrder() throws(DatabaseError) -> [TableShape] {
        let columns = try grouped("""
            SELECT t.relname::text AS name, a.attname::text AS part FROM pg_class t
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition AND t.relnamespace = current_schema()::regnamespace
            ORDER BY t.relname, a.attnum
            """)
        let keys = try grouped("""
            SELECT t.relname::text AS name, a.attname::text AS part FROM pg_constraint c
            JOIN pg_class t ON t.oid = c.conrelid AND t.relnamespace = current_schema()::regnamespace
                AND NOT t.relispartition
            CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k (number, position)
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
            WHERE c.contype = 'p' ORDER BY t.relname, k.position
            """)
        let references = try query("""
            SELECT t.relname::text AS child, p.relname::text AS parent, a.attname::text AS part,
                c.condeferrable::int AS deferred
            FROM pg_constraint c
            JOIN pg_class t ON t.oid = c.conrelid AND t.relnamespace = current_schema()::regnamespace
            JOIN pg_class p ON p.oid = c.confrelid
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
            WHERE c.contype = 'f' ORDER BY c.conname
            """).map { row throws(DatabaseError) in
                try TableShape.Reference(
                    child: row.get("child"), parent: row.get("parent"), column: row.get("part"),
                    isDeferred: row.get("deferred", as: Int.self) == 1)
            }
        let shapes = columns.map { table in
            TableShape(
                name: table.name, columns: table.parts, key: keys.first { $0.name == table.name }?.parts ?? table.parts)
        }
        return TableShape.inOrder(shapes, references)
    }

    /// The names of SQLite's tables, without virtual ones and those that hold these.
    func tableNamesInFile() throws(DatabaseError) -> Set<String> {
        let rows = try query("""
            SELECT name FROM pragma_table_list
            WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
            """)
        return Set(try rows.map { row throws(DatabaseError) in try row.get("name", as: String.self) })
    }

    /// Returns how many rows each table of a file has.
    package func rowsByTable() throws(DatabaseError) -> [String: Int] {
        var counts: [String: Int] = [:]
        for name in try tableNamesInFile() {
            counts[name] = try queryOne(TableShape(name: name, columns: [], key: []).count)?.get("count")
        }
        return counts
    }

    private func grouped(_ statement: Statement) throws(DatabaseError) -> [(name: String, parts: [String])] {
        var groups: [(name: String, parts: [String])] = []
        for row in try query(statement) {
            let (name, part): (String, String) = try (row.get("name"), row.get("part"))
            if groups.last?.name == name {
                groups[groups.count - 1].parts.append(part)
            } else {
                groups.append((name, [part]))
            }
        }
        return groups
    }
}
