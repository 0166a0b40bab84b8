package import Edge

extension Server {
    /// How a Stripe emulator is set up. Everything but the folder has a default that suits a developer's machine.
    package struct Settings: Sendable {
        package var host = "127.0.0.1"
        /// 0 means any free port; `Server.url` has the one it got.
        package var port = 0
        /// Shared by all listeners of a process.
        package var connections = ConnectionLimits(openFiles: OpenFiles.raiseLimit())
        /// Where its database is stored.
        package var dataFolder: String
        /// The only secret key that is accepted; nil accepts any that begins with `sk_test_`.
        package var key: String?
        /// How browsers find it, such as `http://stripe:8420`; nil for its own address.
        package var publicURL: String?
        /// The receiver of every event, and the secret to sign with.
        package var webhook: (url: String, secret: String)?
        package var rules = Rules(version: .current)
        /// The faults from the start; nil leaves those that were set before.
        package var faults: Faults?
        /// How long until a webhook that was not acknowledged is sent again; it doubles each time.
        var webhookPause: Duration = .seconds(1)
        var webhookAttempts = 12

        package init(dataFolder: String) {
            self.dataFolder = dataFolder
        }
    }
}
