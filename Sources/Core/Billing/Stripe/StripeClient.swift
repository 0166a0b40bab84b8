package import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Stripe's API. Every `post` has an idempotency key made of one of our rows, so that asking again, now or after a
/// crash, does nothing twice. Responses are read as JSON, since what they hold depends on what was expanded.
package struct StripeClient: Sendable {
    /// The version that our reading is written for; an account's default may be years older.
    package static let version = "2026-10-28.endive"

    package struct Settings: Sendable {
        package var key: String
        /// Without a slash at its end.
        package var url: String
        /// For one try, its response's last byte included. None is begun later than that after the first.
        package var timeout: Duration
        package var tries: Int
        /// What `url` is called in the database, if it may change. Nil to call it by its host.
        package var name: String?

        package init(
            key: String, url: String = "https://api.stripe.com", name: String? = nil, timeout: Duration = .seconds(10),
            tries: Int = 3
        ) {
            self.key = key
            self.url = url
            self.name = name
            self.timeout = timeout
            self.tries = tries
        }
    }

    private static let responseLimit = 4 << 20

    private let settings: Settings
    private let client: HTTPClient
    private let time: Time
    package let environment: StripeEnvironment

    package init(_ settings: Settings, client: HTTPClient, time: Time) {
        self.settings = settings
        self.client = client
        self.time = time
        let host = Origin(settings.url).map { $0.port == 443 ? $0.host : "\($0.host):\($0.port)" }
        environment = StripeEnvironment(
            settings.name ?? host ?? settings.url, isLive: StripeClient.isLive(settings.key))
    }

    /// Whether money moves with it.
    package static func isLive(_ key: String) -> Bool { ["sk_live_", "rk_live_"].contains { key.hasPrefix($0) } }

    package func get(_ path: String, _ query: StripeForm = StripeForm()) async throws(StripeError) -> JSON {
        let text = query.encoded
        return try await send(.GET, text.isEmpty ? path : "\(path)?\(text)", body: nil, key: nil)
    }

    /// Nil if there is no such object.
    package func find(_ path: String) async throws(StripeError) -> JSON? {
        do {
            return try await get(path)
        } catch {
            guard error.isMissing else { throw error }
            return nil
        }
    }

    /// - Parameter key: The same for the same fact, however often it is asked for.
    package func post(_ path: String, _ form: StripeForm, key: String) async throws(StripeError) -> JSON {
        try await send(.POST, path, body: form.encoded, key: key)
    }

    private func send(
        _ method: HTTPMethod, _ path: String, body: String?, key: String?
    ) async throws(StripeError) -> JSON {
        var call = HTTPCall(
            method, "\(settings.url)/v1\(path)", timeout: settings.timeout, limit: StripeClient.responseLimit)
        call.headers.add(name: "Authorization", value: "Bearer \(settings.key)")
        call.headers.add(name: "Stripe-Version", value: StripeClient.version)
        call.headers.add(name: "User-Agent", value: "Darkroom")
        if let body {
            call.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
            call.body = ByteBuffer(string: body)
        }
        if let key { call.headers.add(name: "Idempotency-Key", value: key) }
        return try await send(call)
    }

    private func send(_ call: HTTPCall) async throws(StripeError) -> JSON {
        let end = time.now() + settings.timeout
        for number in 1... {
            let one = await attempt(call)
            if let response = one.response, (200..<300).contains(response.status), let json = response.json {
                return json
            }
            // Jittered, so that those who were turned away together do not come back together.
            let longest = 500 << min(number - 1, 6)
            let wait = Duration.milliseconds(Int.random(in: longest / 2...longest))
            guard number < settings.tries, one.isWorthRepeating, time.now() + wait < end else { throw one.error }
            do { try await time.sleep(wait) } catch { throw one.error }
        }
        throw .unavailable("no request was sent")
    }

    private func attempt(_ call: HTTPCall) async -> OneTry {
        do throws(HTTPCall.Failure) {
            return OneTry(Response(try await call.send(by: client, time)))
        } catch .timedOut {
            return OneTry(failure: "no complete response within \(settings.timeout)")
        } catch {
            return OneTry(failure: error.description)
        }
    }
}

private struct Response: Sendable {
    let status: Int
    let json: JSON?
    let requestID: String?
    /// What Stripe says on whether the same request could succeed later.
    let shouldRetry: Bool?

    init(_ response: HTTPCall.Response) {
        status = response.status
        json = try? JSON(parsing: response.body)
        let headers = response.headers
        requestID = headers.first(name: "Request-Id").map { $0.beginning(bytes: 100) }
        shouldRetry = headers.first(name: "Stripe-Should-Retry").flatMap { ["true": true, "false": false][$0] }
    }

    var error: StripeError {
        guard let error = json?["error"], let type = error["type"]?.string
        else { return .unavailable("HTTP \(status)") }
        if status >= 500 || status == 429 || status == 409 {
            return .unavailable("HTTP \(status): \(error["message"]?.string?.beginning(bytes: 200) ?? "")")
        }
        return .refused(.init(
            status: status, type: type, code: error["code"]?.string, parameter: error["param"]?.string,
            message: (error["message"]?.string ?? "").beginning(bytes: 500), requestID: requestID))
    }
}

/// One try, and what came of it.
private struct OneTry: Sendable {
    private(set) var response: Response?
    private(set) var failure: String?

    init(_ response: Response) {
        self.response = response
    }

    init(failure: String) {
        self.failure = failure
    }

    /// Without a response it may or may not have been done: by its key it is done once.
    var isWorthRepeating: Bool {
        guard let response else { return true }
        return response.shouldRetry ?? (response.status == 409 || response.status == 429 || response.status >= 500)
    }

    var error: StripeError { response?.error ?? .unavailable(failure ?? "no response") }
}
