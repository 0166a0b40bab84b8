@testable import Core
import Foundation
import TestSupport
import Testing

/// The files that `scripts/report-pictures` made, as a provider's outputs.
struct HostileOutputTests {
    private static let folder = ProcessInfo.processInfo.environment["DARKROOM_HOSTILE_FOLDER"]

    @Test(.enabled(if: folder != nil))
    func `hostile files are stored clean or refused, and nothing else is left`() async throws {
        let folder = try #require(Self.folder)
        let fixture = try await FilesFixture()
        let actor = try await fixture.account()
        let job = try await fixture.job(of: actor)
        let threads = PictureThreads(count: 2)
        let convert = ConvertPicture(program: try Binary.url().path, time: .system, logger: fixture.logger)
        let store = StoreOutput(
            fetcher: Fetcher(policy: AddressPolicy(allowPrivate: true), time: fixture.time),
            database: fixture.database, store: fixture.store,
            prepare: PrepareFile(PreparePicture(threads: threads, convert: convert)),
            probe: { _, _ in nil }, rules: FileRules(), time: fixture.time)
        var stored = 0
        for (index, name) in try FileManager.default.contentsOfDirectory(atPath: folder).sorted().enumerated() {
            let bytes = Array(try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
            let server = try await ScriptedServer { _ in .ok(bytes) }
            let source = OutputSource(
                job: job, account: actor.account, index: index, url: "http://127.0.0.1:\(server.port)/x")
            guard case .stored(let output) = try await store.outcome(source) else { continue }
            stored += 1
            let kept = try await fixture.bytes(of: output.asset.key)
            let format = try #require(PictureFormat(output.asset.type), "\(name)")
            #expect(try PictureCleaner.clean(kept, format).bytes == nil, "\(name)")
        }
        #expect(try fixture.storedPaths().count == stored)
        try await threads.close()
    }
}
