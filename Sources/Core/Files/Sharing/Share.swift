package import SQL

/// An output that its account shows to everybody who has the link. An asset has one share at most, which ends with the
/// asset, when its links are revoked, or when the account ends it; another one has another link.
package struct Share: Sendable, Hashable {
    /// Random, as the link is derived from it.
    package let id: ID<Share>
    package let account: ID<Account>
    package let asset: ID<Asset>
    package let createdBy: ID<User>?
    package var choices: ShareChoices
    package let createdAt: Instant

    init(
        id: ID<Share>, account: ID<Account>, asset: ID<Asset>, createdBy: ID<User>?, choices: ShareChoices,
        createdAt: Instant
    ) {
        self.id = id
        self.account = account
        self.asset = asset
        self.createdBy = createdBy
        self.choices = choices
        self.createdAt = createdAt
    }
}

/// What the owner of a share decides about it. Nothing is shown that was not asked for.
package struct ShareChoices: Sendable, Hashable {
    /// Whether the page shows the prompt.
    package var showsPrompt: Bool
    /// Whether search engines may list the page.
    package var isIndexed: Bool
    /// Nil: until it is ended in another way.
    package var expiresAt: Instant?

    package init(showsPrompt: Bool = false, isIndexed: Bool = false, expiresAt: Instant? = nil) {
        self.showsPrompt = showsPrompt
        self.isIndexed = isIndexed
        self.expiresAt = expiresAt
    }
}

package enum ShareError: Error, Sendable, Hashable {
    /// There is nothing to show: never was, or not any more. A visitor is not told which.
    case notFound
    /// The account's asset is not shared.
    case notShared
    /// It is an upload, which may show somebody who never agreed to that.
    case notAnOutput
    /// Not later than now, or too late.
    case invalidExpiry
    case tooMany(limit: Int)
    /// A network has tried too many links that open nothing.
    case tooManyGuesses(retryAfter: Duration)
}

extension Share {
    init(_ row: Row) throws(DatabaseError) {
        try self.init(
            id: row.get("id"), account: row.get("account_id"), asset: row.get("asset_id"),
            createdBy: row.get("created_by"),
            choices: ShareChoices(
                showsPrompt: row.get("shows_prompt", as: Int.self) == 1,
                isIndexed: row.get("is_indexed", as: Int.self) == 1, expiresAt: row.get("expires_at")),
            createdAt: row.get("created_at"))
    }
}
