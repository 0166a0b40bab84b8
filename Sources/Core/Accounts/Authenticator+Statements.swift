import SQL

extension AccountStatements {
    /// A key can do a member's work, but nothing that concerns people, keys or money. Who made it does not matter.
    func credential(ofKey digest: String) throws -> Credential {
        let row = try queryOne("""
            SELECT k.id, k.hash, k.account_id, a.disabled_at AS account_disabled_at, u.disabled_at AS user_disabled_at
            FROM api_keys k JOIN accounts a ON a.id = k.account_id LEFT JOIN users u ON u.id = a.personal_user_id
            WHERE k.hash = $1 AND k.revoked_at IS NULL
            """, digest)
        guard let row, try isSameSecret(row.get("hash"), digest) else { throw AuthenticationError.unknownKey }
        try refuseDisabled(row)
        let actor = try Actor(
            account: row.get("account_id"), user: nil, key: row.get("id"), role: .member, platformRole: .user)
        return Credential(actor: actor, session: nil)
    }

    func credential(of session: ID<Session>, of user: ID<User>, for account: ID<Account>) throws -> Credential {
        let row = try queryOne("""
            SELECT u.role AS platform_role, u.disabled_at AS user_disabled_at, m.role,
                a.disabled_at AS account_disabled_at
            FROM sessions s JOIN users u ON u.id = s.user_id
            LEFT JOIN members m ON m.user_id = s.user_id AND m.account_id = $3
            LEFT JOIN accounts a ON a.id = m.account_id
            WHERE s.id = $1 AND s.user_id = $2 AND s.ended_at IS NULL
            """, session, user, account)
        guard let row else { throw AuthenticationError.sessionEnded }
        try refuseDisabled(row)
        guard let role = try row.get("role", as: MemberRole?.self) else { throw AuthenticationError.noSuchAccount }
        let actor = try Actor(
            account: account, user: user, key: nil, role: role, platformRole: row.get("platform_role"))
        return Credential(actor: actor, session: session)
    }

    /// Those that still prove what they proved.
    func valid(among credentials: some Collection<Credential>) throws(DatabaseError) -> [Credential] {
        var keys: Set<ID<APIKey>> = []
        for row in try query(Statements.validKeys, rows: Set(credentials.compactMap(\.actor.key)).map { [$0] }) {
            keys.insert(try row.get("id"))
        }
        var members: Set<String> = []
        for row in try query(Statements.validSessions, rows: Set(credentials.compactMap(\.session)).map { [$0] }) {
            members.insert(try row.get("member", as: String.self))
        }
        return credentials.filter { credential in
            if let key = credential.actor.key { return keys.contains(key) }
            return credential.session.map { members.contains("\($0)/\(credential.actor.account)") } ?? false
        }
    }

    private func refuseDisabled(_ row: Row) throws {
        if try row.get("user_disabled_at", as: Instant?.self) != nil { throw AuthenticationError.userDisabled }
        if try row.get("account_disabled_at", as: Instant?.self) != nil { throw AuthenticationError.accountDisabled }
    }
}

private enum Statements {
    static let validKeys = BulkStatement("""
        SELECT k.id FROM api_keys k JOIN accounts a ON a.id = k.account_id
        LEFT JOIN users u ON u.id = a.personal_user_id
        WHERE k.revoked_at IS NULL AND a.disabled_at IS NULL AND u.disabled_at IS NULL AND k.id IN (
        """, row: "$1", ")")

    static let validSessions = BulkStatement("""
        SELECT s.id || '/' || m.account_id AS member FROM sessions s JOIN users u ON u.id = s.user_id
        JOIN members m ON m.user_id = s.user_id JOIN accounts a ON a.id = m.account_id
        WHERE s.ended_at IS NULL AND u.disabled_at IS NULL AND a.disabled_at IS NULL AND s.id IN (
        """, row: "$1", ")")
}
