package import Core
package import SQL
import AsyncHTTPClient
package import Logging

extension Platform {
    /// On a test's database, at a clock that the test moves, with new secrets and a logger that says nothing unless
    /// another is given.
    package static func testing(
        _ database: Database, _ clock: FakeTime, publicURL: String = "http://localhost:8080",
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) async throws -> Platform {
        Platform(
            database: database, time: clock.time, logger: logger,
            secrets: try await .make(now: clock.now), http: .shared,
            notifier: Notifier(database, acrossProcesses: false), publicURL: publicURL)
    }
}
