package import SQL

/// An output, with what its job was asked for and what it cost.
package struct MadePicture: Sendable, Hashable {
    package let asset: Asset
    /// Nil if the job has none.
    package let prompt: String?
    /// Of the whole job: what was captured, or its price until then.
    package let price: Credits
    /// How many its job made.
    package let outputs: Int
}

extension JobStatements {
    /// In the order given. Uploads are left out.
    package func made(_ assets: [Asset]) throws(DatabaseError) -> [MadePicture] {
        var jobs: [ID<Job>: Row] = [:]
        for row in try query(Statements.jobs, rows: Set(assets.compactMap(\.job)).sorted().map { [$0] }) {
            jobs[try row.get("id")] = row
        }
        var made: [MadePicture] = []
        for asset in assets {
            guard let job = asset.job.flatMap({ jobs[$0] }), try job.get("account_id") == asset.account else {
                continue
            }
            made.append(MadePicture(
                asset: asset, prompt: try job.get("prompt"), price: try job.get("price"),
                outputs: try job.get("outputs")))
        }
        return made
    }
}

private enum Statements {
    static let jobs = BulkStatement("""
        SELECT j.id, j.account_id, \(.member("j.parameters", ["prompt"])) AS prompt,
            COALESCE(r.captured, j.price) AS price, COALESCE(j.outputs_delivered, 0) AS outputs
        FROM jobs j LEFT JOIN reservations r ON r.job_id = j.id AND r.ended_at IS NOT NULL WHERE j.id IN (
        """, row: "$1", ")")
}
