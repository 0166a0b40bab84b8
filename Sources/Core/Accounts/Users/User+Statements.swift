package import SQL

extension AccountStatements {
    /// Inserts everything that a new user comes with. An address that is taken is a `unique` error: check `isTaken`
    /// first.
    func insert(_ new: NewUser, now: Instant) throws(DatabaseError) -> User {
        let row = try queryOne("""
            INSERT INTO users (id, email, email_key, password_hash, role, metadata, email_confirmed_at, created_at,
                updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING \(User.columns)
            """, new.id, new.email.text, new.email.key, new.passwordHash, new.role, new.metadata.text,
            new.isConfirmed ? now : nil as Instant?, now)
        guard let row else { throw DatabaseError(.other, "a new user was not returned") }
        try execute(
            "INSERT INTO profiles (user_id, name, created_at, updated_at) VALUES ($1, $2, $3, $3)", new.id, new.name,
            now)
        try execute("""
            INSERT INTO accounts (id, name, personal_user_id, plan, created_at) VALUES ($1, $2, $1, 'free', $3)
            """, new.account, new.accountName, now)
        try execute("""
            INSERT INTO members (account_id, user_id, role, created_at) VALUES ($1, $2, 'owner', $3)
            """, new.account, new.id, now)
        try transaction.ledger.openBalance(of: new.account, now: now)
        if let bonus = new.bonus, try !transaction.ledger.isBooked(key: bonus.key) {
            try transaction.ledger.grant(
                .bonus, bonus.amount, to: new.account, key: bonus.key, expiresAt: bonus.expiresAt, now: now)
        }
        return try User(row)
    }

    func isTaken(_ email: EmailAddress) throws(DatabaseError) -> Bool {
        try queryOne("SELECT 1 AS one FROM users WHERE email_key = $1", email.key) != nil
    }

    func hasAdministrator() throws(DatabaseError) -> Bool {
        try queryOne("SELECT 1 AS one FROM users WHERE role = 'admin' LIMIT 1") != nil
    }

    package func user(_ id: ID<User>) throws(DatabaseError) -> User? {
        try queryOne("SELECT \(User.columns) FROM users WHERE id = $1", id).map(User.init)
    }

    package func user(withEmail email: EmailAddress) throws(DatabaseError) -> User? {
        try queryOne("SELECT \(User.columns) FROM users WHERE email_key = $1", email.key).map(User.init)
    }

    /// The oldest one that may still sign in.
    package func firstAdministrator() throws(DatabaseError) -> User? {
        try queryOne(
            "SELECT \(User.columns) FROM users WHERE role = 'admin' AND disabled_at IS NULL ORDER BY id LIMIT 1")
            .map(User.init)
    }

    package func accountExists(_ id: ID<Account>) throws(DatabaseError) -> Bool {
        try queryOne("SELECT 1 AS one FROM accounts WHERE id = $1", id) != nil
    }

    func credentials(of email: EmailAddress) throws(DatabaseError) -> Credentials? {
        try queryOne("SELECT \(User.columns), password_hash FROM users WHERE email_key = $1", email.key)
            .map(Credentials.init)
    }

    /// Oldest first, as Supabase's administrators page them: by number and not by cursor.
    func users(offset: Int, limit: Int) throws(DatabaseError) -> [User] {
        try query("SELECT \(User.columns) FROM users ORDER BY id LIMIT $1 OFFSET $2", limit, offset).map(User.init)
    }

    func countUsers() throws(DatabaseError) -> Int {
        try queryOne("SELECT COUNT(*) AS count FROM users")?.get("count") ?? 0
    }

    func setMetadata(_ metadata: JSON, of user: ID<User>, now: Instant) throws(DatabaseError) {
        try execute("UPDATE users SET metadata = $2, updated_at = $3 WHERE id = $1", user, metadata.text, now)
    }

    func setPassword(_ hash: PasswordHash, of user: ID<User>, now: Instant) throws(DatabaseError) {
        try execute("UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1", user, hash, now)
    }

    func noteSignIn(of user: ID<User>, now: Instant) throws(DatabaseError) -> User? {
        try queryOne("""
            UPDATE users SET last_sign_in_at = $2 WHERE id = $1 AND disabled_at IS NULL RETURNING \(User.columns)
            """, user, now).map(User.init)
    }

    /// Removes what identifies the person, and every way to sign in. What they own stays under an id that identifies
    /// nobody.
    func anonymize(_ user: ID<User>, now: Instant) throws(DatabaseError) {
        try execute("""
            UPDATE users SET email = $2, email_key = $2, password_hash = NULL, metadata = '{}', disabled_at = $3,
                disabled_until = NULL, updated_at = $3
            WHERE id = $1
            """, user, user.addressWhenDeleted, now)
        try execute(
            "UPDATE profiles SET name = NULL, avatar_asset_id = NULL, updated_at = $2 WHERE user_id = $1", user, now)
        try execute("UPDATE accounts SET name = 'deleted', disabled_at = $2 WHERE personal_user_id = $1", user, now)
        try execute("UPDATE api_keys SET revoked_at = $2 WHERE account_id = $1 AND revoked_at IS NULL", user, now)
        try execute("DELETE FROM known_networks WHERE user_id = $1", user)
    }
}

/// A user with what their password is checked against.
struct Credentials: Sendable {
    let user: User
    let hash: PasswordHash?

    init(_ row: Row) throws(DatabaseError) {
        user = try User(row)
        hash = try row.get("password_hash")
    }
}

extension User {
    static let columns: Statement = """
        id, email, role, metadata, email_confirmed_at, last_sign_in_at, disabled_at, disabled_until, created_at,
            updated_at
        """

    init(_ row: Row) throws(DatabaseError) {
        guard let metadata = try? JSON(parsing: row.get("metadata", as: String.self)) else {
            throw DatabaseError(.decoding, "a user's metadata is not JSON")
        }
        try self.init(
            id: row.get("id"), email: row.get("email"), role: row.get("role"), metadata: metadata,
            emailConfirmedAt: row.get("email_confirmed_at"), lastSignInAt: row.get("last_sign_in_at"),
            disabledAt: row.get("disabled_at"), disabledUntil: row.get("disabled_until"),
            createdAt: row.get("created_at"), updatedAt: row.get("updated_at"))
    }
}
