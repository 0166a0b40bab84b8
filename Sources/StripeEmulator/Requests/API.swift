import Core
import Foundation
import SQL

/// Answers calls: checks the key, reads the form, keeps what keys were answered with, and shows refusals in Stripe's shape.
struct API: Sendable {
    let standIn: Emulator
    /// The only key to accept. Nothing: any that begins with `sk_test_`.
    let key: String?
    private let keysInUse = KeysInUse()
    private let routes = Route.stripe + Route.control

    init(standIn: Emulator, key: String?) {
        self.standIn = standIn
        self.key = key
    }

    func answer(_ request: APIRequest) async throws -> APIResponse {
        let id = Kind.makeID("req_")
        var answer: APIResponse
        do {
            answer = try await respond(to: request, id)
        } catch let error as APIError {
            answer = APIResponse(status: error.status, body: error.body.text)
        }
        answer.requestID = id
        let delay = try await standIn.database.read { try $0.settings().faults.answerDelay }
        if delay > .zero { try await standIn.time.sleep(delay) }
        return answer
    }

    private func respond(to request: APIRequest, _ id: String) async throws -> APIResponse {
        try check(request.authorization)
        let path = request.path.split(separator: "/")
        let matches = routes.lazy.compactMap { route in route.id(in: path).map { (route, $0) } }
        guard let (route, object) = matches.first(where: { $0.0.method == request.method }) else {
            throw APIError(
                status: 404, message: "Unrecognized request URL (\(request.method.rawValue): \(request.path.prefix(200))). See docs/stripe-sandbox.md.")
        }
        let version = try version(request.version)
        let call = Call(id: object, parameters: Parameters(form: try form(request)))
        guard request.method != .get else {
            let body = try await standIn.read(version: version) { try Self.perform(route, call, $0) }
            return APIResponse(status: 200, body: body)
        }
        let key = request.method == .post ? request.idempotencyKey : nil
        let cause = Cause(request: id, key: key)
        guard let key else {
            return APIResponse(status: 200, body: try await standIn.write(cause, version: version) { try Self.perform(route, call, $0) })
        }
        guard (1...255).contains(key.utf8.count) else {
            throw APIError.invalid(nil, "Idempotency keys are at most 255 characters long.")
        }
        return try await once(key, "\(request.path)?\(call.parameters.form.encoded)", cause) { cause in
            try await standIn.write(cause, version: version) { desk in
                let body = try Self.perform(route, call, desk)
                try desk.transaction.keep(
                    .init(request: "\(request.path)?\(call.parameters.form.encoded)", status: 200, body: body), to: key, now: desk.realNow)
                return body
            }
        }
    }

    private static func perform(_ route: Route, _ call: Call, _ desk: Store) throws -> String {
        let json = try route.operation(desk)(call)
        return try desk.renderer.expand(json, call.parameters.texts("expand", limit: 20) ?? []).text
    }

    /// The kept answer, or a new one. A card's refusal is kept as well: by then something was tried.
    private func once(
        _ key: String, _ request: String, _ cause: Cause, _ body: (Cause) async throws -> String
    ) async throws -> APIResponse {
        guard keysInUse.take(key) else {
            throw APIError(
                status: 409, type: "idempotency_error", code: "idempotency_key_in_use",
                message: "There is currently another in-progress request using this Idempotent Key: \(key).")
        }
        defer { keysInUse.leave(key) }
        let since = standIn.time.now() - .seconds(86_400)
        if let kept = try await standIn.database.read({ try $0.answer(to: key, since: since) }) {
            guard kept.request == request else {
                throw APIError(
                    status: 400, type: "idempotency_error",
                    message: "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '\(key)' if you meant to execute a different request.")
            }
            return APIResponse(status: kept.status, body: kept.body, isReplayed: true)
        }
        do {
            return APIResponse(status: 200, body: try await body(cause))
        } catch let error as APIError where error.status == 402 {
            let now = standIn.time.now()
            let kept = StoredResponse(request: request, status: error.status, body: error.body.text)
            try await standIn.database.write(order: .alone) { try $0.keep(kept, to: key, now: now) }
            throw error
        }
    }

    private func form(_ request: APIRequest) throws -> StripeForm {
        do {
            return try StripeForm(decoding: request.method == .post ? request.body : request.query)
        } catch {
            throw APIError.invalid(nil, "The parameters could not be read: \(error)")
        }
    }

    private func version(_ text: String?) throws -> APIVersion? {
        guard let text else { return nil }
        guard let version = APIVersion(text) else {
            throw APIError.invalid(nil, "Invalid Stripe API version: \(text.prefix(40))")
        }
        return version
    }

    /// `Bearer sk_test_…`, or the key as the name of Basic.
    private func check(_ authorization: String?) throws {
        guard let authorization else {
            throw APIError(status: 401, message: "You did not provide an API key. Send it as a Bearer token.")
        }
        let words = authorization.split(separator: " ", maxSplits: 1)
        var given = words.count == 2 ? String(words[1]) : ""
        if words.first?.lowercased() == "basic" {
            let name = Data(base64Encoded: given).map { String(decoding: $0, as: UTF8.self) } ?? ""
            given = String(name.prefix { $0 != ":" })
        }
        guard key.map({ isSameSecret(given, $0) }) ?? given.hasPrefix("sk_test_") else {
            throw APIError(status: 401, code: "api_key_invalid", message: "Invalid API Key provided: \(given.prefix(8))****")
        }
    }
}
