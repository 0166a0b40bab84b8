import AsyncHTTPClient
import Core
import Foundation
import Logging
import SQL

extension Darkroom {
    /// The product on a database of the benchmark, with a provider that does nothing and no files.
    ///
    /// - Parameter storeOutput: What becomes of outputs.
    static func benchmark(
        _ database: Database, storeOutput: @escaping SettleJob.Store = { _ in
            .broken("nothing is stored", isTransient: false)
        }
    ) async throws -> Darkroom {
        var logger = Logger(label: "bench") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        let platform = Platform(
            database: database, time: .system, logger: logger, secrets: try await .make(now: Time.system.now()),
            http: .shared, notifier: Notifier(database, acrossProcesses: false), publicURL: "http://127.0.0.1")
        let folder = FileManager.default.temporaryDirectory.path + "/darkroom-bench-files"
        return try await Darkroom(platform, DarkroomSettings(
            files: .init(folder: folder),
            providers: .init([{ _ in Providers.Entry(NoOpProvider(), serves: .fal) }]),
            jobs: .init(storeOutput: storeOutput)))
    }
}
