import Core
import Foundation
import HTTPTypes
import Hummingbird
import Mustache
import NIOCore

/// The pages that people see: what Stripe hosts, and one that controls the Stripe emulator. They work without
/// JavaScript.
struct Pages: Sendable {
    let emulator: Emulator
    private let templates: MustacheLibrary

    private static let policy =
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"

    init(emulator: Emulator) {
        self.emulator = emulator
        do {
            templates = MustacheLibrary(templates: try [
                "top": MustacheTemplate(string: String(decoding: PackageResources.top_mustache, as: UTF8.self)),
                "message": MustacheTemplate(string: String(decoding: PackageResources.message_mustache, as: UTF8.self)),
                "checkout": MustacheTemplate(
                    string: String(decoding: PackageResources.checkout_mustache, as: UTF8.self)),
                "portal": MustacheTemplate(string: String(decoding: PackageResources.portal_mustache, as: UTF8.self)),
                "control": MustacheTemplate(string: String(decoding: PackageResources.control_mustache, as: UTF8.self)),
            ])
        } catch {
            preconditionFailure("the page's template is invalid: \(error)")
        }
    }

    /// What a page needs to be shown: its name, its content, and a refusal of what was just tried.
    struct Page: Sendable {
        let template: String
        let title: String
        let content: [String: any Sendable]
        var status = 200
    }

    enum Outcome: Sendable {
        case goTo(String)
        /// The page again, with what was refused.
        case stay(String?)
    }

    func response(to request: Request, body: String) async throws -> Response {
        let path = request.uri.path.split(separator: "/").map(String.init)
        guard request.method == .get || request.method == .head || request.method == .post else {
            return Self.plain(405, "This method is not supported.")
        }
        guard request.method != .post || Self.isFromHere(request) else {
            return Self.plain(403, "The form was sent from another site.")
        }
        let form = try? StripeForm(decoding: request.method == .post ? body : "")
        do {
            switch path {
            case []: return try await control(request, form ?? StripeForm())
            case let path where path.count == 3 && path[0] == "c" && path[1] == "pay":
                return try await checkout(path[2], request, form ?? StripeForm())
            case let path where path.count == 3 && path[0] == "p" && path[1] == "session":
                return try await portal(path[2], request, form ?? StripeForm())
            case let path where path.count == 2 && path[0] == "i": return try await invoice(path[1])
            default: return message(404, "Not found", "The Stripe emulator has no such page.")
            }
        } catch let error as APIError {
            return message(error.status, "The action failed", error.message)
        }
    }

    /// A browser sends the origin of a form, and that of another site is refused. Without one, no browser sent it.
    private static func isFromHere(_ request: Request) -> Bool {
        guard let origin = request.headers[.origin] else { return true }
        return origin.split(separator: "/").last.map(String.init) == request.head.authority
    }

    func show(_ page: Page, refusal: String? = nil) -> Response {
        var content = page.content
        content["title"] = page.title
        if let refusal { content["refusal"] = refusal }
        content["style"] = PublicFiles.address(of: PublicFiles.style)
        content["icon"] = PublicFiles.address(of: PublicFiles.icon)
        guard let text = templates.render(content, withTemplate: page.template) else {
            preconditionFailure("a page's template is part of the program")
        }
        return Response(
            status: .init(code: refusal == nil ? page.status : 402),
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
                .contentSecurityPolicy: Self.policy,
            ], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    func message(_ status: Int, _ title: String, _ message: String, link: String? = nil) -> Response {
        var content: [String: any Sendable] = ["message": message]
        content["link"] = link
        return show(Page(template: "message", title: title, content: content, status: status))
    }

    static func plain(_ status: Int, _ text: String) -> Response {
        Response(
            status: .init(code: status), headers: [.contentType: "text/plain; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text + "\n")))
    }

    /// After a form the browser gets the next page by GET, so that loading it again sends nothing again.
    static func seeOther(_ url: String) -> Response {
        Response(status: .seeOther, headers: [.location: url, .cacheControl: "no-store"])
    }

    static func day(_ instant: Int64) -> String { String(Instant(seconds: instant).text.prefix(10)) }

    /// To the second.
    static func moment(_ instant: Int64) -> String {
        Instant(seconds: instant).text.prefix(19).replacing("T", with: " ") + " UTC"
    }

    private func invoice(_ id: String) async throws -> Response {
        let (title, text) = try await emulator.read { store in
            let invoice: Invoice = try store.object(id)
            let lines = invoice.lines.map { "\($0.description): \(Amount.text($0.amount, invoice.currency))" }
            let due = Amount.text(invoice.amountDue, invoice.currency)
            return (
                "Invoice \(invoice.number ?? "")",
                "\(due), \(invoice.status.rawValue). " + lines.joined(separator: "; "))
        }
        return message(200, title, text)
    }
}
