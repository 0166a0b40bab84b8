package import SQL

/// Any stored file of an account: an upload, or the output of a job.
package struct Asset: Sendable, Hashable {
    package let id: ID<Asset>
    package let account: ID<Account>
    package let createdBy: ID<User>?
    /// The job that made it, and its place among that job's outputs; an upload has neither.
    package let job: ID<Job>?
    package let outputIndex: Int?
    /// What that job was, so that it can be found by it.
    package let jobKind: KindName?
    package let endpoint: EndpointID?
    package let key: StorageKey
    package var name: String
    package let type: FileType
    package let size: Int
    /// In hex.
    package let sha256: String
    /// As it is shown.
    package let dimensions: ImageSize?
    /// Of a film.
    package let duration: Duration?
    /// Nil until it is made, or if nothing can be made of the file.
    package var preview: Preview?
    package var tags: [String]
    package var favoriteAt: Instant?
    /// Since when it is in the trash.
    package var trashedAt: Instant?
    /// Links that were signed for an earlier one are revoked.
    package var linkEpoch: Int
    package let createdAt: Instant
    package let expiresAt: Instant?

    package init(
        id: ID<Asset>, account: ID<Account>, createdBy: ID<User>?, job: ID<Job>? = nil, outputIndex: Int? = nil,
        jobKind: KindName? = nil, endpoint: EndpointID? = nil, key: StorageKey, name: String, type: FileType, size: Int,
        sha256: String, dimensions: ImageSize?, duration: Duration? = nil, preview: Preview? = nil, tags: [String] = [],
        favoriteAt: Instant? = nil, trashedAt: Instant? = nil, linkEpoch: Int = 0, createdAt: Instant,
        expiresAt: Instant?
    ) {
        self.id = id
        self.account = account
        self.createdBy = createdBy
        self.job = job
        self.outputIndex = outputIndex
        self.jobKind = jobKind
        self.endpoint = endpoint
        self.key = key
        self.name = name
        self.type = type
        self.size = size
        self.sha256 = sha256
        self.dimensions = dimensions
        self.duration = duration
        self.preview = preview
        self.tags = tags
        self.favoriteAt = favoriteAt
        self.trashedAt = trashedAt
        self.linkEpoch = linkEpoch
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    package enum Kind: String, Sendable, Hashable {
        case upload, output
    }

    package var kind: Kind { job == nil ? .upload : .output }

    /// How it looks at a glance. Whoever has one has thumbnails.
    package struct Preview: Sendable, Hashable {
        /// In base64; see https://evanw.github.io/thumbhash.
        package let thumbHash: String
        /// The average.
        package let color: Color
        /// 64 bits in hex. Of two pictures that look alike, few of them differ.
        package let perceptualHash: String

        package init(thumbHash: String, color: Color, perceptualHash: String) {
            self.thumbHash = thumbHash
            self.color = color
            self.perceptualHash = perceptualHash
        }
    }
}

extension Asset {
    package init(_ row: Row) throws(DatabaseError) {
        guard let type = FileType(contentType: try row.get("content_type")) else {
            throw DatabaseError(.decoding, "column content_type does not hold a file type")
        }
        let width: Int? = try row.get("width")
        let height: Int? = try row.get("height")
        self.init(
            id: try row.get("id"), account: try row.get("account_id"), createdBy: try row.get("created_by"),
            job: try row.get("job_id"), outputIndex: try row.get("output_index"), jobKind: try row.get("job_kind"),
            endpoint: try row.get("endpoint"), key: try row.get("key"),
            name: try row.get("name"), type: type, size: try row.get("size"), sha256: try row.get("sha256"),
            dimensions: width.flatMap { width in height.map { ImageSize(width: width, height: $0) } },
            duration: try row.get("duration", as: Int?.self).map { .milliseconds($0) }, preview: try Preview(row),
            tags: try Self.tags(row.get("tags")), favoriteAt: try row.get("favorite_at"),
            trashedAt: try row.get("trashed_at"), linkEpoch: try row.get("link_epoch"),
            createdAt: try row.get("created_at"), expiresAt: try row.get("expires_at"))
    }

    private static func tags(_ text: String) throws(DatabaseError) -> [String] {
        do {
            return try JSON(parsing: text).array?.compactMap(\.string) ?? []
        } catch {
            throw DatabaseError(.decoding, "column tags does not hold JSON")
        }
    }
}

extension Asset.Preview {
    fileprivate init?(_ row: Row) throws(DatabaseError) {
        guard let thumbHash = try row.get("thumb_hash", as: String?.self) else { return nil }
        self.init(
            thumbHash: thumbHash, color: Color(UInt32(truncatingIfNeeded: try row.get("color", as: Int.self))),
            perceptualHash: try row.get("perceptual_hash"))
    }
}
