package import Core

/// The product over HTTP: its routes and pages, which call what `Darkroom` does.
package struct WebApplication: Sendable {
    package struct Settings: Sendable {
        /// Darkroom's own version.
        package var version: String
        /// Origins whose pages may call the API from a browser; `*` for any.
        package var corsOrigin: String?
        /// Whether this process works on jobs; if not, other processes do.
        package var worksHere: Bool

        package init(version: String, corsOrigin: String? = nil, worksHere: Bool = true) {
            self.version = version
            self.corsOrigin = corsOrigin
            self.worksHere = worksHere
        }
    }

    let app: Darkroom
    let settings: Settings
    package let readiness = Readiness()

    package init(_ app: Darkroom, _ settings: Settings) {
        self.app = app
        self.settings = settings
    }
}
