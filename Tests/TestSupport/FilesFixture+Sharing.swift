package import Core
package import SQL

extension FilesFixture {
    /// As one node has them.
    package func shares(_ database: Database? = nil, limit: Int = Shares.limit) -> Shares {
        Shares(
            database: database ?? self.database,
            links: ShareLinks(secret: Array(repeating: 9, count: 32), publicURL: "https://example.com/"), time: time,
            limit: limit)
    }

    /// An output without a file, whose job has this prompt.
    package func output(
        of actor: Actor, prompt: String = "a red dress", expiresAt: Instant? = nil
    ) async throws -> Asset {
        let asset = Asset.output(of: actor, at: clock.now, expiresAt: expiresAt)
        try await insert(asset, prompt: prompt)
        return asset
    }
}

extension Darkroom {
    /// An output with its file, of a job with this prompt. Its name would tell whom it was made for.
    package func addOutput(
        _ bytes: [UInt8], _ type: FileType = .png, size: ImageSize? = nil, prompt: String = "a red dress",
        of actor: Actor
    ) async throws -> Asset {
        let (job, now) = (ID<Job>.make(at: platform.time.now()), platform.time.now())
        let file = try await files.store.receive(Parts(bytes), limit: Bucket.outputs.sizeLimit)
        let stored = try await files.store.publish(file, as: .output(0, of: job, actor.account, type))
        let asset = Asset(
            id: .make(at: now), account: actor.account, createdBy: actor.user, job: job, outputIndex: 0,
            jobKind: .textToImage, endpoint: EndpointID(rawValue: "fal-ai/flux/schnell"), key: stored.key,
            name: "for Smith & Sons.png", type: type, size: stored.size, sha256: stored.sha256, dimensions: size,
            createdAt: now, expiresAt: nil)
        try await platform.database.write(order: .alone) { transaction in
            try transaction.insertJob(of: asset, prompt: prompt)
            try transaction.files.insertAsset(asset)
        }
        return asset
    }
}

extension Transaction {
    /// As if this provider had made the output, or had failed to.
    package func insertAttempt(
        _ number: Int = 1, of asset: Asset, by provider: ProviderName, state: String = "succeeded"
    ) throws(DatabaseError) {
        try execute(
            """
            INSERT INTO attempts (id, job_id, number, provider, endpoint, state, created_at, ended_at)
            VALUES ($1, $2, $3, $4, 'fal-ai/flux/schnell', $5, $6, $6)
            """, ID<Asset>.make(at: asset.createdAt), asset.job, number, provider, state, asset.createdAt)
    }
}
