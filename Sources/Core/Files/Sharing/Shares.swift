package import SQL

/// Outputs that accounts show to everybody who has a link. All is read from the database for each request: what has
/// ended is ended with its commit, on every node.
package struct Shares: Sendable {
    /// Of an account.
    package static let limit = 10_000
    /// How long a share may last that has an end.
    package static let mostDays = 3650

    package let links: ShareLinks
    private let database: Database
    private let time: Time
    private let limit: Int
    private let guesses = ShareGuesses()

    package init(database: Database, links: ShareLinks, time: Time, limit: Int = Shares.limit) {
        self.database = database
        self.links = links
        self.time = time
        self.limit = limit
    }

    /// Shares the asset, or changes what was chosen for its share, whose link stays. Returns whether it is a new share.
    ///
    /// Throws `AssetError` or `ShareError`.
    package func share(
        _ id: ID<Asset>, by actor: Actor, _ choices: ShareChoices
    ) async throws -> (share: Share, isNew: Bool) {
        let (now, account, new) = (time.now(), actor.account, ID<Share>.random())
        if let end = choices.expiresAt, end <= now || end > now + .seconds(Self.mostDays * 86_400) {
            throw ShareError.invalidExpiry
        }
        return try await database.write(of: account) { [limit] transaction in
            let files = transaction.files
            guard let asset = try files.lockAsset(id, of: account), asset.expiresAt.map({ $0 > now }) ?? true else {
                throw AssetError.notFound
            }
            guard asset.kind == .output else { throw ShareError.notAnOutput }
            guard asset.trashedAt == nil else { throw AssetError.inTrash }
            if var share = try files.share(of: id, of: account, now: now) {
                share.choices = choices
                try files.updateShare(share)
                return (share, false)
            }
            guard try files.countShares(of: account, now: now) < limit else { throw ShareError.tooMany(limit: limit) }
            let share = Share(
                id: new, account: account, asset: id, createdBy: actor.user, choices: choices, createdAt: now)
            // One that has expired may still be there.
            try files.deleteShare(of: id, of: account)
            try files.insertShare(share)
            return (share, true)
        }
    }

    /// Throws `AssetError.notFound` or `ShareError.notShared`.
    package func find(_ id: ID<Asset>, of account: ID<Account>) async throws -> Share {
        let now = time.now()
        return try await database.read { transaction in
            guard try transaction.files.asset(id, of: account) != nil else { throw AssetError.notFound }
            guard let share = try transaction.files.share(of: id, of: account, now: now) else {
                throw ShareError.notShared
            }
            return share
        }
    }

    /// Those of the newest assets first, from behind `cursor`.
    package func list(of account: ID<Account>, after cursor: ID<Asset>? = nil, limit: Int) async throws -> [Share] {
        let now = time.now()
        return try await database.read {
            try $0.files.shares(of: account, after: cursor, limit: limit, now: now)
        }
    }

    /// Has no effect if the asset is not shared. Throws `AssetError.notFound`.
    package func end(_ id: ID<Asset>, of account: ID<Account>) async throws {
        try await database.write(of: account) { transaction in
            guard try transaction.files.lockAsset(id, of: account) != nil else { throw AssetError.notFound }
            try transaction.files.deleteShare(of: id, of: account)
        }
    }

    /// What the link with this token shows, for anybody. Throws `ShareError.notFound` or `.tooManyGuesses`.
    ///
    /// - Parameter network: Who asks.
    package func open(_ token: String, from network: String) async throws -> (share: ID<Share>, output: SharedOutput) {
        let now = time.now()
        if let wait = guesses.refusal(of: network, now: now) { throw ShareError.tooManyGuesses(retryAfter: wait) }
        if let share = links.share(of: token),
            let output = try await database.read({ try $0.files.sharedOutput(share, now: now) })
        {
            return (share, output)
        }
        guesses.count(token, from: network, now: now)
        throw ShareError.notFound
    }

    /// Deletes the rows of shares that have expired. Returns how many.
    @discardableResult
    package func deleteExpired(batch: Int = 1000) async throws -> Int {
        let now = time.now()
        return try await database.write(order: .alone) { try $0.files.deleteShares(expiredBy: now, limit: batch) }
    }
}
