package import Core

/// The product over HTTP: its routes and pages, which call what `Darkroom` does.
package struct WebApplication: Sendable {
    package struct Settings: Sendable {
        /// Darkroom's own version.
        package var version: String
        /// The apps whose pages may call the API from a browser.
        package var appOrigins: AppOrigins
        /// Whether this process itself speaks TLS.
        package var usesTLS: Bool
        /// Whether this process works on jobs; if not, other processes do.
        package var worksHere: Bool
        package var trustedProxies: TrustedProxies

        package init(
            version: String, appOrigins: AppOrigins = .none, usesTLS: Bool = false, worksHere: Bool = true,
            trustedProxies: TrustedProxies = .none
        ) {
            self.version = version
            self.appOrigins = appOrigins
            self.usesTLS = usesTLS
            self.worksHere = worksHere
            self.trustedProxies = trustedProxies
        }
    }

    let app: Darkroom
    let settings: Settings
    package let readiness = Readiness()

    package init(_ app: Darkroom, _ settings: Settings) {
        self.app = app
        self.settings = settings
    }

    /// Whether clients come over TLS: here, or at the proxy that the public URL leads to.
    var isSecure: Bool { settings.usesTLS || app.platform.publicURL.lowercased().hasPrefix("https://") }
}
