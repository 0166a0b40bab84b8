package import SQL

/// What all nodes of an installation must agree on. Whoever asks first decides; it never changes.
package enum InstallationFact: String, Sendable, SQLConvertible {
    /// The secrets' one document, where they are kept in the database.
    case secrets
    /// What the folder of files is marked with.
    case files
}

extension Transaction {
    package func fact(_ fact: InstallationFact) throws(DatabaseError) -> String? {
        try queryOne("SELECT value FROM installation WHERE name = $1", fact)?.get("value")
    }

    /// Keeps the value unless there is one already, and answers the one that there is now.
    package func keepFirst(_ value: String, as fact: InstallationFact, now: Instant) throws(DatabaseError) -> String {
        try execute("""
            INSERT INTO installation (name, value, made_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING
            """, fact, value, now)
        return try self.fact(fact) ?? value
    }
}
