import Core
import HTTPTypes
import Hummingbird
import Mustache
import NIOCore
import SQL

/// `GET /`: what this is, the status of its parts, a form to generate a first image, and what is for sale.
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
        template = MustacheTemplate(embedded: PackageResources.home_mustache)
    }

    /// What the template shows.
    private struct Content {
        let version: String
        let publicURL: String
        let parts: [Part]
        let isSandbox: Bool
        let isOpen: Bool
        let shortestPassword: Int
        let style: String
        let scripts: [String]
        let icon: String
        /// For those who come back from a pay page. The script replaces it by what came of the payment.
        let payment: String?
        /// Nil where payments are not set up.
        let shop: Shop?
    }

    private struct Part {
        let name: String
        let text: String
        /// `good`, `plain` or `bad`: a class of the style sheet.
        let look: String
    }

    private struct Shop {
        let packs: [Offer]
        let plans: [Offer]
        /// What bought credits lift the limits to. Nil if no pack is for sale.
        let limits: String?
    }

    private struct Offer {
        let name: String
        let title: String
        /// What it brings.
        let terms: String
        let price: String

        init(_ pack: Pack) {
            name = pack.name
            title = pack.title
            terms = "\(pack.credits) credits, paid once"
            price = Self.text(pack.price)
        }

        /// Nil if the plan is not for sale.
        init?(_ plan: Plan) {
            guard let price = plan.price else { return nil }
            name = plan.name
            title = plan.title
            terms = "\(plan.monthlyCredits) credits a month, \(Self.limits(of: plan))"
            self.price = Self.text(price) + " a month"
        }

        /// Such as `2 jobs at a time, 60 an hour`.
        static func limits(of plan: Plan) -> String {
            let hourly = plan.jobsPerHour.map { ", \($0) an hour" } ?? ""
            return (plan.concurrentJobs == 1 ? "1 job" : "\(plan.concurrentJobs) jobs") + " at a time" + hourly
        }

        private static func text(_ price: Money) -> String { "\(price.number) \(price.currency.uppercased())" }
    }

    @Sendable func handle(_ request: Request, _ context: AppContext) async throws -> Response {
        let found = await check()
        let content = Content(
            version: settings.version, publicURL: app.platform.publicURL, parts: parts(found),
            isSandbox: app.providers.isAnySimulated, isOpen: app.accounts.signUp.mode == .open,
            shortestPassword: PasswordRules.shortest, style: files.address(of: "style.css"),
            scripts: ["session.js", "buy.js", "home.js"].map { files.address(of: $0) },
            icon: files.address(of: "favicon.svg"),
            payment: Self.message(afterPayment: request.uri.queryParameters.get("checkout")),
            shop: await shop(found))
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-cache",
                .contentSecurityPolicy: Self.policy,
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: template.render(content))))
    }

    /// The page is there without its database, so an offer that cannot be read is left out.
    private func shop(_ found: [String: String]) async -> Shop? {
        guard app.billing != nil, found["database"] == ReadinessCheck.ok else { return nil }
        let offers = try? await app.platform.database.read {
            try ($0.billing.packs(), $0.billing.plans(withPayAsYouGo: true))
        }
        return offers.map { packs, plans in
            let lift = packs.isEmpty ? nil : plans.first { $0.name == Plan.payAsYouGo }
            return Shop(
                packs: packs.map { Offer($0) }, plans: plans.compactMap { Offer($0) },
                limits: lift.map { "your limit is \(Offer.limits(of: $0))" })
        }
    }

    /// What is true of anybody who opens the address, and not only after a payment.
    private static func message(afterPayment end: String?) -> String? {
        switch end {
        case "done":
            "You are back from the payment page. Credits are added when the payment arrives."
        case "cancelled":
            "You left the payment page. If you did not pay there, you were not charged."
        default:
            nil
        }
    }

    /// Nothing from elsewhere, and no script or style in the page itself.
    static let policy = """
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
