package import SQL

extension AuditLogStatements {
    package func note(_ act: AuditLogEntry) throws(DatabaseError) {
        try execute("""
            INSERT INTO audit_log (id, administrator, action, subject, details, created_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            """, act.id, act.administrator, act.action, act.subject, act.details.text, act.at)
    }

    /// What administrators did, newest first, from behind `cursor`; of one subject, or of all.
    package func auditLogEntries(
        on subject: String? = nil, before cursor: ID<AuditLogEntry>? = nil, limit: Int
    ) throws -> [AuditLogEntry] {
        let before = cursor?.rawValue ?? "g"   // Every id is less than "g".
        guard let subject else {
            return try query("SELECT * FROM audit_log WHERE id < $1 ORDER BY id DESC LIMIT $2", before, limit)
                .map(AuditLogEntry.init)
        }
        return try query(
            "SELECT * FROM audit_log WHERE subject = $1 AND id < $2 ORDER BY id DESC LIMIT $3", subject, before, limit)
            .map(AuditLogEntry.init)
    }
}

extension AuditLogEntry {
    fileprivate init(_ row: Row) throws {
        id = try row.get("id")
        administrator = try row.get("administrator")
        action = try row.get("action")
        subject = try row.get("subject")
        details = try JSON(parsing: row.get("details", as: String.self))
        at = try row.get("created_at")
    }
}
