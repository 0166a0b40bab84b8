import SQL

/// An output whose bytes are stored, to be given its row by the settlement of its job.
package struct NewOutput: Sendable, Hashable {
    package let asset: Asset
    /// Whether its file is registered for removal until it has its row, as one is that was stored.
    package let isRegistered: Bool

    /// - Parameter asset: Its id made before the transaction, which may run more than once.
    package init(_ asset: Asset, isRegistered: Bool) {
        self.asset = asset
        self.isRegistered = isRegistered
    }
}

extension FileStatements {
    /// Gives outputs their rows, once each. Quotas do not count here: they are paid for. Throws
    /// `AssetError.removedMeanwhile` if the bytes of one have been removed or replaced: store it again.
    func insertOutputs(_ outputs: [NewOutput]) throws {
        let new = try withoutRow(outputs)
        let files = new.filter(\.isRegistered)
        let hashes = Dictionary(files.map { ($0.asset.key, $0.asset.sha256) }) { first, _ in first }
        let cleared = try query(Statements.clearPendingFile, rows: files.map { [$0.asset.key] })
        guard cleared.count == files.count else { throw AssetError.removedMeanwhile }
        for row in cleared {
            let (key, published) = (try row.get("key", as: StorageKey.self), try row.get("sha256", as: String?.self))
            guard published == nil || published == hashes[key] else { throw AssetError.removedMeanwhile }
        }
        try perform(Statements.insert, rows: new.map(\.asset).map { asset in
            [
                asset.id, asset.account, asset.job, asset.outputIndex, asset.key, asset.name, asset.type.contentType,
                asset.size, asset.sha256, asset.dimensions?.width, asset.dimensions?.height,
                asset.duration?.milliseconds, asset.createdAt, asset.expiresAt,
            ]
        })
        if !new.isEmpty { notifyWorkersAfterCommit(.previews) }
        let sizes = Dictionary(grouping: new.map(\.asset), by: \.account).mapValues { $0.map(\.size) }
        let rows: [[any SQLConvertible]] = sizes.sorted { $0.key < $1.key }
            .map { [$0.key, $0.value.count, $0.value.reduce(0, +)] }
        try perform(Statements.addStorage, rows: rows)
    }

    /// A job makes an output once, whether or not it has been deleted since.
    private func withoutRow(_ outputs: [NewOutput]) throws(DatabaseError) -> [NewOutput] {
        let jobs = Set(outputs.compactMap(\.asset.job)).sorted()
        var known: Set<Place> = []
        for row in try query(Statements.outputs, rows: jobs.map { [$0] }) {
            known.insert(Place(job: try row.get("job_id"), index: try row.get("output_index")))
        }
        return outputs.filter { output in
            known.insert(Place(job: output.asset.job, index: output.asset.outputIndex)).inserted
        }
    }
}

private struct Place: Hashable {
    let job: ID<Job>?
    let index: Int?
}

private enum Statements {
    static let outputs = BulkStatement("SELECT job_id, output_index FROM assets WHERE job_id IN (", row: "$1", ")")

    static let clearPendingFile = BulkStatement(
        "DELETE FROM file_deletions WHERE tries = 0 AND key IN (", row: "$1", ") RETURNING key, sha256")

    /// An output is made by the user who asked for its job. Its preview is due at once.
    static let insert = BulkStatement("""
        INSERT INTO assets (id, account_id, created_by, job_id, output_index, key, name, content_type, size, sha256,
            width, height, duration, tags, created_at, expires_at, job_kind, endpoint, preview_priority,
            preview_due_at) VALUES
        """, row: """
        ($1, $2, (SELECT created_by FROM jobs WHERE id = $3), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '[]', $13, $14,
            (SELECT kind FROM jobs WHERE id = $3), (SELECT endpoint FROM jobs WHERE id = $3), 0, $13)
        """)

    static let addStorage = BulkStatement(
        "INSERT INTO storage_usage (account_id, files, bytes) VALUES", row: "($1, $2, $3)", """
        ON CONFLICT (account_id) DO UPDATE
            SET files = storage_usage.files + excluded.files, bytes = storage_usage.bytes + excluded.bytes
        """)
}
