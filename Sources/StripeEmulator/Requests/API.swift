import Core
import Foundation
import SQL

/// Handles calls: checks the key, reads the form, stores responses under idempotency keys, and returns errors in
/// Stripe's shape.
struct API: Sendable {
    let emulator: Emulator
    /// The only key that is accepted; nil accepts any that begins with `sk_test_`.
    let key: String?
    private let keysInUse = KeysInUse()
    private let routes = Route.stripe + Route.control

    init(emulator: Emulator, key: String?) {
        self.emulator = emulator
        self.key = key
    }

    func response(to request: APIRequest) async throws -> APIResponse {
        let id = Kind.makeID("req_")
        var response: APIResponse
        do {
            response = try await respond(to: request, id)
        } catch let error as APIError {
            response = APIResponse(status: error.status, body: error.body.text)
        }
        response.requestID = id
        let delay = try await emulator.database.read { try $0.settings().faults.responseDelay }
        if delay > .zero { try await emulator.time.sleep(delay) }
        return response
    }

    private func respond(to request: APIRequest, _ id: String) async throws -> APIResponse {
        try check(request.authorization)
        let path = request.path.split(separator: "/")
        let matches = routes.lazy.compactMap { route in route.id(in: path).map { (route, $0) } }
        guard let (route, object) = matches.first(where: { $0.0.method == request.method }) else {
            throw APIError(
                status: 404,
                message: """
                    Unrecognized request URL (\(request.method.rawValue): \(request.path.excerpt)). \
                    See docs/stripe-sandbox.md.
                    """)
        }
        let version = try version(request.version)
        let call = Call(id: object, parameters: Parameters(form: try form(request)))
        guard request.method != .get else {
            let body = try await emulator.read(version: version) { try Self.perform(route, call, $0) }
            return APIResponse(status: 200, body: body)
        }
        let key = request.method == .post ? request.idempotencyKey : nil
        let cause = Cause(request: id, key: key)
        guard let key else {
            return APIResponse(
                status: 200,
                body: try await emulator.write(cause, version: version) { try Self.perform(route, call, $0) })
        }
        guard (1...255).contains(key.utf8.count) else {
            throw APIError.invalid(nil, "Idempotency keys are at most 255 characters long.")
        }
        return try await once(key, "\(request.path)?\(call.parameters.form.encoded)", cause) { cause in
            try await emulator.write(cause, version: version) { store in
                let body = try Self.perform(route, call, store)
                try store.transaction.save(
                    .init(request: "\(request.path)?\(call.parameters.form.encoded)", status: 200, body: body),
                    under: key, now: store.realNow)
                return body
            }
        }
    }

    private static func perform(_ route: Route, _ call: Call, _ store: Store) throws -> String {
        let json = try route.operation(store)(call)
        return try store.renderer.expand(json, call.parameters.texts("expand", limit: 20) ?? []).text
    }

    /// The stored response, or a new one. That to a declined card is stored as well: by then something was attempted.
    private func once(
        _ key: String, _ request: String, _ cause: Cause, _ body: (Cause) async throws -> String
    ) async throws -> APIResponse {
        guard keysInUse.acquire(key) else {
            throw APIError(
                status: 409, type: "idempotency_error", code: "idempotency_key_in_use",
                message: "There is currently another in-progress request using this Idempotent Key: \(key.excerpt).")
        }
        defer { keysInUse.release(key) }
        let since = emulator.time.now() - .seconds(86_400)
        if let stored = try await emulator.database.read({ try $0.response(under: key, since: since) }) {
            guard stored.request == request else {
                throw APIError(
                    status: 400, type: "idempotency_error",
                    message: """
                        Keys for idempotent requests can only be used with the same parameters they were first used \
                        with. \
                        Try using a key other than '\(key)' if you meant to execute a different request.
                        """)
            }
            return APIResponse(status: stored.status, body: stored.body, isReplayed: true)
        }
        do {
            return APIResponse(status: 200, body: try await body(cause))
        } catch let error as APIError where error.status == 402 {
            let now = emulator.time.now()
            let stored = StoredResponse(request: request, status: error.status, body: error.body.text)
            try await emulator.database.write(order: .alone) { try $0.save(stored, under: key, now: now) }
            throw error
        }
    }

    private func form(_ request: APIRequest) throws -> StripeForm {
        do {
            return try StripeForm(decoding: request.method == .post ? request.body : request.query)
        } catch {
            throw APIError.invalid(nil, "The parameters cannot be read: \("\(error)".excerpt)")
        }
    }

    private func version(_ text: String?) throws -> APIVersion? {
        guard let text else { return nil }
        guard let version = APIVersion(text) else {
            throw APIError.invalid(nil, "Invalid Stripe API version: \(text.excerpt)")
        }
        return version
    }

    /// `Bearer sk_test_…`, or the key as the name of Basic.
    private func check(_ authorization: String?) throws {
        guard let authorization else {
            throw APIError(status: 401, message: "You did not provide an API key. Send it as a Bearer token.")
        }
        let parts = authorization.split(separator: " ", maxSplits: 1)
        var given = parts.count == 2 ? String(parts[1]) : ""
        if parts.first?.lowercased() == "basic" {
            let name = Data(base64Encoded: given).map { String(decoding: $0, as: UTF8.self) } ?? ""
            given = String(name.prefix { $0 != ":" })
        }
        guard key.map({ isSameSecret(given, $0) }) ?? given.hasPrefix("sk_test_") else {
            throw APIError(
                status: 401, code: "api_key_invalid",
                message: "Invalid API Key provided: \(given.beginning(bytes: 8))****")
        }
    }
}
