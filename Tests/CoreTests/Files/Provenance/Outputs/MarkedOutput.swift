@testable import Core
import Logging
import SQL
import TestSupport

/// Outputs of one job, stored by an installation that marks them.
struct MarkedOutput {
    let fixture: FilesFixture
    let actor: Actor
    let job: ID<Job>
    let log = RecordedLog()
    let marks: MarkOutputs
    let threads = PictureThreads(count: 1)

    /// - Parameters:
    ///   - engine: Of the database.
    ///   - mode: How outputs are marked.
    init(_ engine: TestEngine = .sqlite, _ mode: MarkOutputs.Mode = .on) async throws {
        fixture = try await FilesFixture(engine)
        actor = try await fixture.account()
        job = try await fixture.job(of: actor)
        marks = MarkOutputs(
            try await Platform.testing(fixture.database, fixture.clock, logger: log.logger),
            .init(mode: mode, version: "1.2"))
    }

    /// - Parameters:
    ///   - provider: Who made it.
    ///   - ffmpeg: The folders in which ffmpeg is looked for.
    func outcome(
        of bytes: [UInt8], index: Int = 0, by provider: ProviderName? = .fal, ffmpeg: String = LimitedProcess.path,
        convert: ConvertPicture? = nil
    ) async throws -> StoreOutcome {
        let server = try await ScriptedServer { _ in .ok(bytes) }
        let film = MarkFilm(threads: threads, tag: TagWebM(time: .system, path: ffmpeg))
        let store = StoreOutput(
            fetcher: Fetcher(policy: AddressPolicy(allowPrivate: true), time: fixture.time),
            database: fixture.database, store: fixture.store,
            prepare: PrepareFile(PreparePicture(threads: threads, convert: convert)), probe: { _, _ in nil },
            marking: .init(marks, film: film), rules: FileRules(), time: fixture.time)
        return try await store.outcome(OutputSource(
            job: job, account: actor.account, index: index, url: "http://127.0.0.1:\(server.port)/x",
            provider: provider))
    }

    func asset(_ outcome: StoreOutcome) throws -> Asset {
        guard case .stored(let output) = outcome else { throw Unexpected("it was not stored: \(outcome)") }
        return output.asset
    }

    /// What is stored of it.
    func stored(_ bytes: [UInt8], index: Int = 0, by provider: ProviderName? = .fal) async throws -> [UInt8] {
        try await fixture.bytes(of: asset(outcome(of: bytes, index: index, by: provider)).key)
    }

    func isSigned(_ file: [UInt8]) -> Bool { MarkSample.count(Array("c2pa.claim.v2".utf8), in: file) > 0 }
}
