package import AsyncHTTPClient
package import Logging
import NIOCore
package import SQL

/// What every feature stands on. Made once in a process, and handed to each feature's initializer.
package struct Platform: Sendable {
    package let database: Database
    package let time: Time
    package let logger: Logger
    package let secrets: Secrets
    /// Follows no redirect by itself: one could lead anywhere, with our key in the request.
    package let http: HTTPClient
    package let notifier: Notifier
    /// Where clients find this installation, without a slash at its end.
    package let publicURL: String

    package init(
        database: Database, time: Time, logger: Logger, secrets: Secrets, http: HTTPClient, notifier: Notifier,
        publicURL: String
    ) {
        self.database = database
        self.time = time
        self.logger = logger
        self.secrets = secrets
        self.http = http
        self.notifier = notifier
        self.publicURL = publicURL
    }

    /// For every client of a process.
    package static var httpConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        return configuration
    }

    var tasks: [ScheduledTask] {
        [ScheduledTask("delete idempotency keys", every: .seconds(600)) {
            let dayAgo = time.now() - Idempotency.lifetime
            _ = try await database.write(order: .alone) {
                try $0.idempotency.deleteIdempotencyKeys(before: dayAgo, limit: 1000)
            }
        }]
    }
}
