import Core
import SQL

/// Stripe's state and rules without its HTTP: everything happens at a desk, in a transaction, with the events that tell of
/// it.
struct Emulator: Sendable {
    let database: Database
    let rules: Rules
    let time: Time
    let baseURL: @Sendable () async throws -> String
    /// Rung when there may be something to deliver.
    let deliveryBell = Signal()

    /// The endpoint that settings or flags name.
    static let configuredEndpoint = "we_configured"

    func write<Value: Sendable>(
        _ cause: Cause = .itself, version: APIVersion? = nil, _ body: @escaping @Sendable (Store) throws -> Value
    ) async throws -> Value {
        let (now, url) = (time.now(), try await baseURL())
        let value = try await database.write(order: .alone) { transaction in
            try body(desk(transaction, now, cause, version, url))
        }
        deliveryBell.send()
        return value
    }

    func read<Value: Sendable>(
        version: APIVersion? = nil, _ body: @escaping @Sendable (Store) throws -> Value
    ) async throws -> Value {
        let (now, url) = (time.now(), try await baseURL())
        return try await database.read { transaction in try body(desk(transaction, now, .itself, version, url)) }
    }

    private func desk(
        _ transaction: Transaction, _ now: Instant, _ cause: Cause, _ version: APIVersion?, _ url: String
    ) throws -> Store {
        let renderer = Renderer(transaction: transaction, version: version ?? rules.version, baseURL: url)
        return Store(
            transaction: transaction, rules: rules, now: now.seconds + (try transaction.settings().clockOffset), realNow: now,
            cause: cause, renderer: renderer)
    }

    /// Makes the endpoint that settings name, or changes it to what they say now.
    func configureEndpoint(url: String, secret: String) async throws {
        try await write { desk in
            let endpoint = WebhookEndpoint(
                id: Self.configuredEndpoint, created: desk.now, url: url, events: ["*"], version: nil, secret: secret,
                description: "Named by the stand-in's settings")
            if try desk.transaction.object(endpoint.id, as: WebhookEndpoint.self) == nil {
                try desk.transaction.insert(endpoint)
            } else {
                try desk.transaction.update(endpoint)
            }
        }
    }
}
