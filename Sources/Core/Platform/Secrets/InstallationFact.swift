package import SQL

/// What all nodes of an installation must agree on. The first node to ask decides; it never changes, unless what it
/// depends on is lost.
package enum InstallationFact: String, Sendable, SQLConvertible {
    /// The document with the secrets, if they are stored in the database.
    case secrets
    /// The mark of the folder of files.
    case files
    /// The certificates of who signs content credentials.
    case provenance
}

extension InstallationStatements {
    package func fact(_ fact: InstallationFact) throws(DatabaseError) -> String? {
        try queryOne("SELECT value FROM installation WHERE name = $1", fact)?.get("value")
    }

    /// Stores the value unless there is one already, and returns the one that there is now.
    package func keepFirst(_ value: String, as fact: InstallationFact, now: Instant) throws(DatabaseError) -> String {
        try execute("""
            INSERT INTO installation (name, value, made_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING
            """, fact, value, now)
        return try self.fact(fact) ?? value
    }

    /// Stores the value in place of an old one that nothing can be done with, and returns the one that there is now.
    package func replace(
        _ old: String, by value: String, as fact: InstallationFact, now: Instant
    ) throws(DatabaseError) -> String {
        try execute(
            "UPDATE installation SET value = $3, made_at = $4 WHERE name = $1 AND value = $2", fact, old, value, now)
        return try self.fact(fact) ?? value
    }
}
