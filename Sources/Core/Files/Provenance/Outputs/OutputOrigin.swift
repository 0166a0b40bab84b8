import Crypto
import Foundation
import SQL

/// Where an output comes from, as far as its marks say it. Nothing of whose it is.
struct OutputOrigin: Sendable, Hashable {
    let job: ID<Job>
    let index: Int
    let kind: KindName
    /// Nil if it is not known.
    let provider: ProviderName?
    /// The model, by the name that the catalog gives it.
    let model: String
    /// When the provider was asked first.
    let madeAt: Instant

    var sourceType: SourceType { SourceType(of: kind, by: provider) }

    var system: String { provider == .sandbox ? "Darkroom sandbox" : model }

    /// The same each time that the output is stored, and no way back to the job.
    var documentID: String {
        var bytes = Array(SHA256.hash(data: Data("darkroom output \(job) \(index)".utf8)).prefix(16))
        // As of a UUID that is random.
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        return Hex.uuid(bytes)
    }
}

extension FileStatements {
    /// Returns nil if there is no such job.
    ///
    /// - Parameter provider: Who did the work, which the job itself does not say.
    func origin(
        _ index: Int, of job: ID<Job>, by provider: ProviderName?
    ) throws(DatabaseError) -> OutputOrigin? {
        guard let row = try queryOne(
            """
            SELECT jobs.kind, COALESCE(endpoints.title, jobs.endpoint) AS model,
                COALESCE(jobs.started_at, jobs.created_at) AS made_at
            FROM jobs LEFT JOIN endpoints ON endpoints.id = jobs.endpoint WHERE jobs.id = $1
            """, job)
        else { return nil }
        return OutputOrigin(
            job: job, index: index, kind: try row.get("kind"), provider: provider,
            model: try row.get("model"), madeAt: try row.get("made_at"))
    }
}
