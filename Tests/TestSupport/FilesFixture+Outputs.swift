package import Core
package import SQL

extension FilesFixture {
    /// Rows without files: outputs with a job each, whose prompt is beside them, and uploads. In one transaction.
    package func insert(_ assets: [(Asset, String)]) async throws {
        try await database.write(order: .alone) { transaction in
            for (asset, prompt) in assets {
                if asset.job != nil { try transaction.insertJob(of: asset, prompt: prompt) }
                try transaction.files.insertAsset(asset)
            }
        }
    }

    package func insert(_ asset: Asset, prompt: String = "") async throws { try await insert([(asset, prompt)]) }

    /// Makes what was inserted so far found by its prompts.
    package func indexPrompts(batch: Int = 500) async throws {
        try await IndexPrompts(database: database, batch: batch).runOnce()
    }
}

extension Transaction {
    func insertJob(of asset: Asset, prompt: String) throws(DatabaseError) {
        try execute(
            """
            INSERT INTO jobs (id, account_id, created_by, kind, kind_version, endpoint, provider, state, parameters,
                outputs_asked, outputs_delivered, price, price_version, price_breakdown, event_seq, order_at, run_at,
                time_limit, created_at, ended_at)
            VALUES ($1, $2, $3, $4, 1, $5, 'fal', 'completed', $6, 4, 2, 600, 1, '{}', 1, 0, 0, 1000, $7, $7)
            """, asset.job, asset.account, asset.createdBy, asset.jobKind, asset.endpoint,
            JSON.object(["prompt": .string(prompt)]).text, asset.createdAt)
    }
}

extension Asset {
    /// An output of a job of its own.
    package static func output(
        of actor: Actor, at now: Instant, kind: KindName = .textToImage, model: String = "fal-ai/flux/schnell",
        size: ImageSize? = nil, tags: [String] = [], favoriteAt: Instant? = nil, expiresAt: Instant? = nil
    ) -> Asset {
        let job = ID<Job>.make(at: now)
        return Asset(
            id: .make(at: now), account: actor.account, createdBy: actor.user, job: job, outputIndex: 0, jobKind: kind,
            endpoint: EndpointID(rawValue: model), key: .output(0, of: job, actor.account, .png), name: "1.png",
            type: .png, size: 1, sha256: "", dimensions: size, tags: tags, favoriteAt: favoriteAt, createdAt: now,
            expiresAt: expiresAt)
    }

    package static func upload(
        of actor: Actor, at now: Instant, tags: [String] = [], favoriteAt: Instant? = nil
    ) -> Asset {
        let id = ID<Asset>.make(at: now)
        return Asset(
            id: id, account: actor.account, createdBy: actor.user, key: .upload(id, of: actor.account, .png),
            name: "a.png", type: .png, size: 1, sha256: "", dimensions: nil, tags: tags, favoriteAt: favoriteAt,
            createdAt: now, expiresAt: nil)
    }
}
