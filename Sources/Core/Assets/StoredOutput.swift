package import SQL

/// An output whose bytes are safe, waiting for its job's settlement to give it a row.
package struct StoredOutput: Sendable, Hashable {
    package let index: Int
    package let key: StorageKey
    package let type: FileType
    package let size: Int
    package let sha256: String
    package let dimensions: ImageSize?

    package init(index: Int, key: StorageKey, type: FileType, size: Int, sha256: String, dimensions: ImageSize?) {
        self.index = index
        self.key = key
        self.type = type
        self.size = size
        self.sha256 = sha256
        self.dimensions = dimensions
    }

    init(_ asset: Asset, index: Int) {
        self.init(
            index: index, key: asset.key, type: asset.type, size: asset.size, sha256: asset.sha256, dimensions: asset.dimensions)
    }
}

extension Transaction {
    /// Whether the bytes are still there to be given a row. Asked before the first write: where it is false, storing the
    /// output again will do.
    package func canInsertOutput(_ output: StoredOutput) throws(DatabaseError) -> Bool {
        try isWrittenDown(output.key)
    }

    /// Gives a stored output its row, within its job's settlement. Quotas do not count here: it is paid for.
    ///
    /// - Parameter id: Made before the transaction, which may run more than once.
    package func insertOutput(
        _ output: StoredOutput, id: ID<Asset>, job: ID<Job>, account: ID<Account>, now: Instant, expiresAt: Instant?
    ) throws(DatabaseError) {
        let createdBy: ID<User>? = try queryOne("SELECT created_by FROM jobs WHERE id = $1", job)?.get("created_by")
        try crossOutFile(output.key)
        try insertAsset(Asset(
            id: id, account: account, createdBy: createdBy, job: job, outputIndex: output.index, key: output.key,
            name: "\(output.index + 1).\(output.type.fileExtension)", type: output.type, size: output.size, sha256: output.sha256,
            dimensions: output.dimensions, createdAt: now, expiresAt: expiresAt))
    }
}
