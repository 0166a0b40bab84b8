import Core
import HTTPTypes
import Hummingbird
import Mustache
import NIOCore

/// `GET /`: what this is, the status of its parts, and a form to generate a first image.
struct HomePage: Sendable {
    private let app: Darkroom
    private let settings: WebApplication.Settings
    private let check: ReadinessCheck
    private let files: PublicFiles
    private let template: MustacheTemplate

    init(app: Darkroom, settings: WebApplication.Settings, check: ReadinessCheck, files: PublicFiles) {
        self.app = app
        self.settings = settings
        self.check = check
        self.files = files
        do {
            template = try MustacheTemplate(string: String(decoding: PackageResources.home_mustache, as: UTF8.self))
        } catch {
            preconditionFailure("the page's template is invalid: \(error)")
        }
    }

    /// What the template shows.
    private struct Content {
        let version: String
        let publicURL: String
        let parts: [Part]
        let isSandbox: Bool
        let isOpen: Bool
        let style: String
        let script: String
        let icon: String
        /// For those who come back from a pay page.
        let payment: String?
    }

    private struct Part {
        let name: String
        let text: String
        /// `good`, `plain` or `bad`: a class of the style sheet.
        let look: String
    }

    @Sendable func handle(_ request: Request, _ context: AppContext) async throws -> Response {
        let content = Content(
            version: settings.version, publicURL: app.platform.publicURL, parts: parts(await check()),
            isSandbox: app.providers.isAnySimulated, isOpen: app.accounts.signUp.mode == .open,
            style: files.address(of: "style.css"), script: files.address(of: "home.js"),
            icon: files.address(of: "favicon.svg"),
            payment: Self.message(afterPayment: request.uri.queryParameters.get("checkout")))
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-cache",
                .contentSecurityPolicy: Self.policy,
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: template.render(content))))
    }

    private static func message(afterPayment end: String?) -> String? {
        switch end {
        case "done":
            "Thank you. The credits are added when the payment arrives. Card payments arrive at once."
        case "cancelled":
            "The purchase was cancelled. You were not charged."
        default:
            nil
        }
    }

    /// Nothing from elsewhere, and no script or style in the page itself.
    private static let policy = """
        default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; \
        frame-ancestors 'none'
        """

    private func parts(_ found: [String: String]) -> [Part] {
        let checked = [("database", "Database"), ("files", "Files")].map { key, name in
            let text = found[key] ?? "unknown"
            return Part(name: name, text: text, look: text == ReadinessCheck.ok ? "good" : "bad")
        }
        return checked + providers + [worker]
    }

    private var providers: [Part] {
        guard !app.providers.entries.isEmpty else {
            return [Part(name: "Provider", text: "none (jobs wait)", look: "bad")]
        }
        return app.providers.entries.map { entry in
            Part(name: "Provider", text: entry.title, look: entry.isSimulated ? "plain" : "good")
        }
    }

    private var worker: Part {
        settings.worksHere
            ? Part(name: "Worker", text: "in this process", look: "good")
            : Part(name: "Worker", text: "in other processes", look: "plain")
    }
}
