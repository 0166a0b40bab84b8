import AsyncHTTPClient
import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import SQL
import TestSupport
@testable import Web

/// The routes about money, over a real database and a small Stripe server.
struct PaymentWorld: Sendable {
    let fixture: AppFixture
    let stripe: FakeStripe
    let client: any TestClientProtocol
    let owner: SignedIn

    /// - Parameter isOn: Whether payments are set up.
    static func run(isOn: Bool = true, _ body: @escaping @Sendable (PaymentWorld) async throws -> Void) async throws {
        let clock = FakeTime()
        try await FakeStripe.with(clock) { stripe, url in
            let settings = Billing.Settings(
                stripe: .init(key: "sk_test_x", url: url, tries: 1), webhookSecrets: ["whsec_old", FakeStripe.secret])
            let fixture = try await AppFixture(
                clock: clock, publicURL: "https://pictures.example.com", billing: isOn ? settings : nil)
            let owner = try await fixture.signedIn()
            let web = WebApplication(
                fixture.app, .init(
                    version: "0.0.0",
                    appOrigins: AppOrigins(listed: ["https://app.example.com"], includesLoopback: true)))
            try await Application(router: web.router()).test(.router) {
                try await body(PaymentWorld(fixture: fixture, stripe: stripe, client: $0, owner: owner))
            }
        }
    }

    /// As the owner, unless somebody else is named.
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, bearer: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> JSONResponse {
        try await send(method, path, text: body?.text, bearer: bearer ?? owner.accessToken, headers: headers)
    }

    /// As Stripe.
    func sendEvent(
        _ body: [UInt8], signature: String?, headers: [String: String] = [:]
    ) async throws -> JSONResponse {
        var headers = headers
        headers["Stripe-Signature"] = signature
        return try await send(
            .post, "/api/stripe/webhook", text: String(decoding: body, as: UTF8.self), bearer: nil, headers: headers)
    }

    /// With a body as it is, JSON or not.
    func send(
        _ method: HTTPRequest.Method, _ path: String, text: String?, bearer: String?, headers: [String: String] = [:]
    ) async throws -> JSONResponse {
        var fields = HTTPFields()
        if let bearer { fields[.authorization] = "Bearer \(bearer)" }
        for (name, value) in headers { if let name = HTTPField.Name(name) { fields[name] = value } }
        return try await client.execute(
            uri: path, method: method, headers: fields, body: text.map { ByteBuffer(string: $0) }
        ) {
            JSONResponse(status: $0.status.code, headers: $0.headers, text: String(buffer: $0.body))
        }
    }
}
