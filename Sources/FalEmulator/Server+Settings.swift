package import Edge

extension Server {
    /// How a sandbox is set up. Everything but the folder has a default that suits a developer's machine.
    package struct Settings: Sendable {
        package struct TLS: Sendable {
            /// Paths of PEM files.
            package var certificate: String
            package var key: String

            package init(certificate: String, key: String) {
                self.certificate = certificate
                self.key = key
            }
        }

        package var host = "127.0.0.1"
        /// 0 means any free port; `Server.url` has the one it got.
        package var port = 0
        package var tls: TLS?
        /// Shared by all listeners of a process.
        package var connections = ConnectionLimits(openFiles: OpenFiles.raiseLimit())
        /// Where requests, files and the signing key are stored.
        package var dataFolder: String
        /// The only key that is accepted; nil accepts any.
        package var key: String?
        /// How the outside reaches this sandbox, such as `http://sandbox:8081`. Without it, as the request's `Host`
        /// says.
        package var publicURL: String?
        /// Returns one small file for every request instead of painting: benchmarks measure Darkroom, not the painter.
        package var fixedOutput = false
        /// How long a request is in progress, so that progress can be seen. Rendering counts.
        package var duration: Duration = .milliseconds(1200)
        /// How many requests are in progress at a time; the others wait in the queue.
        package var concurrency = 4
        /// How many pictures are painted at a time.
        var threads = 2
        /// Faults of every request, as in `FaultScript(list: "slow=5, webhook-twice")`.
        package var script = FaultScript()
        /// How long until a webhook that was not acknowledged is sent again; it doubles each time.
        var webhookPause: Duration = .seconds(1)
        var webhookAttempts = 12
        var fileLifetime: Duration = .seconds(24 * 60 * 60)
        var fileLimit = 5000
        var requestLifetime: Duration = .seconds(7 * 24 * 60 * 60)

        package init(dataFolder: String) {
            self.dataFolder = dataFolder
        }
    }
}
