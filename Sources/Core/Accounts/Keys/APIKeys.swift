import Foundation
package import SQL

/// An account's keys. Only those who manage the account may see or change them, and no key may make another.
package struct APIKeys: Sendable {
    package static let limit = 100
    /// The most bytes of a name.
    package static let nameLimit = 200

    private let database: Database
    private let credentials: CredentialCache
    private let time: Time

    package init(database: Database, credentials: CredentialCache, time: Time) {
        self.database = database
        self.credentials = credentials
        self.time = time
    }

    /// Returns the key and its secret, which cannot be shown again. Throws `APIKeyError`.
    package func create(named name: String, by actor: Actor) async throws -> (key: APIKey, secret: String) {
        try demandManager(actor)
        return try await create(named: name, of: actor.account, createdBy: actor.user)
    }

    /// By an operator, for any account. Returns the key and its secret, which cannot be shown again. Throws
    /// `APIKeyError`.
    package func create(
        named name: String, of account: ID<Account>, by tool: OperatorTool
    ) async throws -> (key: APIKey, secret: String) {
        try await create(named: name, of: account, createdBy: nil) { transaction, key in
            guard try transaction.accounts.accountExists(account) else { throw APIKeyError.noSuchAccount }
            let details: [String: JSON] = ["account": .string(account.rawValue)]
            try transaction.auditLog.note(
                tool.entry("keys.create", of: key.id.rawValue, details, at: key.createdAt))
        }
    }

    private func create(
        named name: String, of account: ID<Account>, createdBy user: ID<User>?,
        also check: @escaping @Sendable (Transaction, APIKey) throws -> Void = { _, _ in }
    ) async throws -> (key: APIKey, secret: String) {
        let name = name.trimmingCharacters(in: .whitespacesAndNewlines)
        guard (1...Self.nameLimit).contains(name.utf8.count), name.isOneLine else { throw APIKeyError.invalidName }
        let now = time.now()
        let secret = APIKey.makeSecret()
        let key = APIKey(
            id: .make(at: now), account: account, createdBy: user, name: name, prefix: APIKey.prefix(of: secret),
            createdAt: now, lastUsedAt: nil)
        try await database.write(of: account) { transaction in
            try check(transaction, key)
            guard try transaction.accounts.countKeys(of: account) < Self.limit else { throw APIKeyError.tooMany }
            try transaction.accounts.insert(key, digest: APIKey.digest(of: secret))
        }
        return (key, secret)
    }

    /// The account's live keys, newest first.
    package func list(for actor: Actor, before cursor: ID<APIKey>? = nil, limit: Int = 50) async throws -> [APIKey] {
        try demandManager(actor)
        return try await database.read { try $0.accounts.keys(of: actor.account, before: cursor, limit: limit) }
    }

    /// Ends a key: at once on this node, within `CredentialCache.lifetime` on the others.
    package func revoke(_ id: ID<APIKey>, by actor: Actor) async throws {
        try demandManager(actor)
        let now = time.now()
        let isRevoked = try await database.write(of: actor.account) { transaction in
            try transaction.accounts.revokeKey(id, of: actor.account, now: now)
        }
        guard isRevoked else { throw APIKeyError.notFound }
        credentials.end(.key(id))
    }

    private func demandManager(_ actor: Actor) throws {
        guard actor.user != nil, actor.role.managesKeys else { throw APIKeyError.notAllowed }
    }
}

package enum APIKeyError: Error, Sendable, Hashable {
    case notAllowed
    case invalidName
    case tooMany
    case notFound
    case noSuchAccount
}
