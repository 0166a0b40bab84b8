package import SQL

/// Any stored file of an account: an upload, or the output of a job.
package struct Asset: Sendable, Hashable {
    package let id: ID<Asset>
    package let account: ID<Account>
    package let createdBy: ID<User>?
    /// The job that made it, and its place among that job's outputs; an upload has neither.
    package let job: ID<Job>?
    package let outputIndex: Int?
    package let key: StorageKey
    package var name: String
    package let type: FileType
    package let size: Int
    /// In hex.
    package let sha256: String
    package let dimensions: ImageSize?
    package var tags: [String]
    package var favoriteAt: Instant?
    package let createdAt: Instant
    package let expiresAt: Instant?

    package init(
        id: ID<Asset>, account: ID<Account>, createdBy: ID<User>?, job: ID<Job>? = nil, outputIndex: Int? = nil,
        key: StorageKey, name: String, type: FileType, size: Int, sha256: String, dimensions: ImageSize?,
        tags: [String] = [], favoriteAt: Instant? = nil, createdAt: Instant, expiresAt: Instant?
    ) {
        self.id = id
        self.account = account
        self.createdBy = createdBy
        self.job = job
        self.outputIndex = outputIndex
        self.key = key
        self.name = name
        self.type = type
        self.size = size
        self.sha256 = sha256
        self.dimensions = dimensions
        self.tags = tags
        self.favoriteAt = favoriteAt
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    package enum Kind: String, Sendable, Hashable {
        case upload, output
    }

    package var kind: Kind { job == nil ? .upload : .output }
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
            job: try row.get("job_id"), outputIndex: try row.get("output_index"), key: try row.get("key"),
            name: try row.get("name"), type: type, size: try row.get("size"), sha256: try row.get("sha256"),
            dimensions: width.flatMap { width in height.map { ImageSize(width: width, height: $0) } },
            tags: try Self.tags(row.get("tags")), favoriteAt: try row.get("favorite_at"),
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
