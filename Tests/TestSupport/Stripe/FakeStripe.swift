package import Core
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A small honest Stripe on a free port: it stores what it is asked to make, does it once for each idempotency key, and
/// lets the test do what people and banks do.
package final class FakeStripe: Sendable {
    package static let secret = "whsec_test"

    struct State {
        let clock: FakeTime
        var objects: [String: JSON] = [:]
        var responses: [String: (form: StripeForm, body: JSON)] = [:]
        var requests: [String] = []
        var last = 0
        /// In its ids, as no two of Stripe's are ever the same.
        let name = String(UInt32.random(in: 0...UInt32.max), radix: 36)
        var isAway = false
        var faults: Faults?
        var meanwhile: (@Sendable (String) async -> Void)?
        var deleted: Set<String> = []
        var refusals: [String: (status: Int, error: JSON)] = [:]
    }

    let state: Mutex<State>
    package let clock: FakeTime
    private let port: AsyncStream<Int>
    private let portKnown: AsyncStream<Int>.Continuation

    /// - Parameter faults: What goes wrong with its requests.
    package static func with(
        _ clock: FakeTime, faults: Faults? = nil, _ body: (FakeStripe, _ url: String) async throws -> Void
    ) async throws {
        let stripe = FakeStripe(clock, faults)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await stripe.run() }
            var ports = stripe.port.makeAsyncIterator()
            guard let port = await ports.next() else { return }
            try await body(stripe, "http://127.0.0.1:\(port)")
            group.cancelAll()
        }
    }

    private init(_ clock: FakeTime, _ faults: Faults?) {
        self.clock = clock
        state = Mutex(State(clock: clock, faults: faults))
        (port, portKnown) = AsyncStream.makeStream(of: Int.self)
    }

    /// Whether it responds to everything with 503.
    package var isAway: Bool {
        get { state.withLock { $0.isAway } }
        set { state.withLock { $0.isAway = newValue } }
    }

    /// What goes wrong with its requests.
    package var faults: Faults? {
        get { state.withLock { $0.faults } }
        set { state.withLock { $0.faults = newValue } }
    }

    /// What happens while a response is made already and has not arrived, such as to `GET /subscriptions/sub_1`.
    package var meanwhile: (@Sendable (_ request: String) async -> Void)? {
        get { state.withLock { $0.meanwhile } }
        set { state.withLock { $0.meanwhile = newValue } }
    }

    /// Somebody deletes a customer at the dashboard, or archives a price.
    package func delete(_ object: String) {
        _ = state.withLock { $0.deleted.insert(object) }
    }

    /// From now on it refuses one request, such as `POST /checkout/sessions`; with nil no more.
    package func refuse(_ request: String, with status: Int, _ error: JSON?) {
        state.withLock { $0.refusals[request] = error.map { (status, ["error": $0]) } }
    }

    /// What was asked, such as `POST /customers`.
    package var requests: [String] { state.withLock { $0.requests } }

    package subscript(id: String) -> JSON { state.withLock { $0.objects[id] ?? .null } }

    /// All of a kind, such as `checkout.session`, the oldest first.
    package func all(_ kind: String) -> [JSON] {
        state.withLock { state in
            state.objects.values.filter { $0["object"]?.string == kind }.sorted {
                ($0["number"]?.integer ?? 0) < ($1["number"]?.integer ?? 0)
            }
        }
    }

    private func run() async throws {
        let router = Router()
        router.add(middleware: Everything(stripe: self))
        var logger = Logger(label: "stripe")
        logger.logLevel = .critical
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in self.portKnown.yield(channel.localAddress?.port ?? 0) }, logger: logger)
        try await application.run()
    }

    private struct Everything: RouterMiddleware {
        let stripe: FakeStripe

        func handle(
            _ request: Request, context: BasicRequestContext,
            next: (Request, BasicRequestContext) async throws -> Response
        ) async throws -> Response {
            let body = String(buffer: try await request.body.collect(upTo: 1 << 20))
            let form = try StripeForm(decoding: request.method == .post ? body : request.uri.query ?? "")
            let name = "\(request.method) \(request.uri.path.replacing("/v1/", with: "/"))"
            let (status, json) = stripe.respond(
                to: name, form, key: request.headers[HTTPField.Name("Idempotency-Key") ?? .from])
            await stripe.meanwhile?(name)
            return Response(status: .init(code: status), body: .init(byteBuffer: ByteBuffer(string: json.text)))
        }
    }

    private func respond(to request: String, _ form: StripeForm, key: String?) -> (status: Int, body: JSON) {
        let away: (Int, JSON) = (503, ["error": ["type": "api_error", "message": "away"]])
        let fault = faults?.call(request)
        if fault == .before { return away }
        let response: (Int, JSON) = state.withLock { state in
            state.requests.append(request)
            if state.isAway { return away }
            if let refusal = state.refusals[request] { return refusal }
            guard let key else { return state.respond(to: request, form, clock.now) }
            if let stored = state.responses[key] {
                guard stored.form == form else {
                    return (400, ["error": [
                        "type": "idempotency_error", "message": .string("the key \(key) came with another body")]])
                }
                return (200, stored.body)
            }
            let response = state.respond(to: request, form, clock.now)
            if response.0 == 200 { state.responses[key] = (form, response.1) }
            return response
        }
        return fault == .after ? away : response
    }
}
