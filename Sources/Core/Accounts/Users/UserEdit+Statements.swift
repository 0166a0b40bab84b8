package import SQL

extension AccountStatements {
    func setEmail(_ email: EmailAddress, of user: ID<User>, now: Instant) throws(DatabaseError) {
        try execute(
            "UPDATE users SET email = $2, email_key = $3, updated_at = $4 WHERE id = $1", user, email.text, email.key,
            now)
    }

    func confirmEmail(of user: ID<User>, now: Instant) throws(DatabaseError) {
        try execute("UPDATE users SET email_confirmed_at = $2, updated_at = $2 WHERE id = $1", user, now)
    }

    func setRole(_ role: PlatformRole, of user: ID<User>, now: Instant) throws(DatabaseError) {
        try execute("UPDATE users SET role = $2, updated_at = $3 WHERE id = $1", user, role, now)
    }

    /// The time since when a user is disabled stays if only the end of it changes.
    func setAccess(_ access: UserAccess, of user: ID<User>, now: Instant) throws(DatabaseError) {
        switch access {
        case .enabled:
            try execute("""
                UPDATE users SET disabled_at = NULL, disabled_until = NULL, updated_at = $2 WHERE id = $1
                """, user, now)
        case .disabled(let end):
            try execute("""
                UPDATE users SET disabled_at = COALESCE(disabled_at, $2), disabled_until = $3, updated_at = $2
                WHERE id = $1
                """, user, now, end)
        }
    }

    /// Those who may sign in, locked in the order of their ids.
    func lockAdministrators() throws(DatabaseError) -> [ID<User>] {
        try query("""
            SELECT id FROM users WHERE role = 'admin' AND disabled_at IS NULL ORDER BY id \(.forUpdate(of: "users"))
            """).map { row throws(DatabaseError) in try row.get("id", as: ID<User>.self) }
    }

    /// Returns how many users whose time was over were enabled.
    func enableUsers(disabledUntil now: Instant, limit: Int) throws(DatabaseError) -> Int {
        try execute("""
            UPDATE users SET disabled_at = NULL, disabled_until = NULL, updated_at = $1 WHERE id IN
                (SELECT id FROM users WHERE disabled_until <= $1 ORDER BY disabled_until LIMIT $2 \(.skipLocked))
            """, now, limit)
    }

    /// Those whose address contains `text`, oldest first, without deleted ones.
    package func users(containing text: String, limit: Int) throws(DatabaseError) -> [User] {
        try query("""
            SELECT \(User.columns) FROM users
            WHERE email_key LIKE $1 ESCAPE '!' AND email_key <> id || '@deleted.invalid' ORDER BY id LIMIT $2
            """, Self.pattern(containing: text), limit).map(User.init)
    }

    package func countUsers(containing text: String) throws(DatabaseError) -> Int {
        try queryOne("""
            SELECT COUNT(*) AS count FROM users
            WHERE email_key LIKE $1 ESCAPE '!' AND email_key <> id || '@deleted.invalid'
            """, Self.pattern(containing: text))?.get("count") ?? 0
    }

    private static func pattern(containing text: String) -> String {
        "%" + text.lowercased().map { "!%_".contains($0) ? "!\($0)" : String($0) }.joined() + "%"
    }
}
