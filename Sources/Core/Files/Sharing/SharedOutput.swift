package import SQL

/// What a share shows to its visitors.
package struct SharedOutput: Sendable, Hashable {
    package let asset: Asset
    /// Nil unless its owner chose to show it.
    package let prompt: String?
    package let isIndexed: Bool
    /// What made it, as the catalog calls it: the endpoint, and the kind of job.
    package let model: String?
    package let kind: String?
    /// Whether it was made without AI.
    package let isSimulated: Bool
}

extension FileStatements {
    /// Nil if there is no such share, or if its asset is not to be seen: it has expired, is in the trash or deleted, or
    /// its account is disabled. The prompt of a share that does not show it is not read. Of an output's job, the last
    /// attempt is the one that made it.
    func sharedOutput(_ share: ID<Share>, now: Instant) throws(DatabaseError) -> SharedOutput? {
        try queryOne(
            """
            SELECT assets.*, shares.is_indexed AS share_is_indexed,
                CASE WHEN shares.shows_prompt = 1 THEN \(.member("jobs.parameters", ["prompt"])) END AS share_prompt,
                endpoints.title AS share_model, kinds.title AS share_kind, (
                    SELECT attempts.provider FROM attempts
                    WHERE attempts.job_id = jobs.id ORDER BY attempts.number DESC LIMIT 1
                ) AS share_provider
            FROM shares
            JOIN assets ON assets.id = shares.asset_id
            JOIN accounts ON accounts.id = shares.account_id
            LEFT JOIN users ON users.id = accounts.personal_user_id
            LEFT JOIN jobs ON jobs.id = assets.job_id
            LEFT JOIN endpoints ON endpoints.id = assets.endpoint
            LEFT JOIN kinds ON kinds.name = assets.job_kind
            WHERE shares.id = $1 AND (shares.expires_at IS NULL OR shares.expires_at > $2)
                AND assets.deleted_at IS NULL AND assets.trashed_at IS NULL
                AND (assets.expires_at IS NULL OR assets.expires_at > $2)
                AND accounts.disabled_at IS NULL AND users.disabled_at IS NULL
            """, share, now)
            .map { row throws(DatabaseError) in try SharedOutput(row) }
    }
}

extension SharedOutput {
    fileprivate init(_ row: Row) throws(DatabaseError) {
        asset = try Asset(row)
        prompt = try row.get("share_prompt")
        isIndexed = try row.get("share_is_indexed", as: Int.self) == 1
        model = try row.get("share_model")
        kind = try row.get("share_kind")
        isSimulated = try row.get("share_provider", as: ProviderName?.self) == .sandbox
    }
}
