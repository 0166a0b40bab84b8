extension Server {
    /// How a stand-in is set up. Everything but the folder has a value that suits a developer's machine.
    package struct Settings: Sendable {
        package var host = "127.0.0.1"
        /// 0 takes any free port; `Server.url` tells which.
        package var port = 0
        /// Where its database is kept.
        package var dataFolder: String
        /// The only secret key to accept. Nothing: any that begins with `sk_test_`.
        package var key: String?
        /// How browsers find it, such as `http://stripe:8420`; nothing for its own address.
        package var publicURL: String?
        /// Who is told of every event, and the secret to sign with.
        package var webhook: (url: String, secret: String)?
        package var rules = Rules(version: .current)
        /// What goes wrong from the beginning; nothing leaves what was ordered before.
        package var faults: Faults?
        /// How long until a webhook that was not acknowledged is sent again; it doubles each time.
        package var webhookPause: Duration = .seconds(1)
        package var webhookAttempts = 12

        package init(dataFolder: String) {
            self.dataFolder = dataFolder
        }
    }
}
