import Core
import SQL

/// Stripe's state and rules without its HTTP: every change is made through a `Store`, in one transaction with the
/// events that report it.
struct Emulator: Sendable {
    let database: Database
    let rules: Rules
    let time: Time
    let baseURL: @Sendable () async throws -> String
    /// Sent when there may be something to deliver.
    let deliverySignal = Signal()

    /// The endpoint that settings or flags name.
    static let configuredEndpoint = "we_configured"

    func write<Value: Sendable>(
        _ cause: Cause = .itself, version: APIVersion? = nil, _ body: @escaping @Sendable (Store) throws -> Value
    ) async throws -> Value {
        let (now, url) = (time.now(), try await baseURL())
        let value = try await database.write(order: .alone) { transaction in
            try body(store(transaction, now, cause, version, url))
        }
        deliverySignal.send()
        return value
    }

    func read<Value: Sendable>(
        version: APIVersion? = nil, _ body: @escaping @Sendable (Store) throws -> Value
    ) async throws -> Value {
        let (now, url) = (time.now(), try await baseURL())
        return try await database.read { transaction in try body(store(transaction, now, .itself, version, url)) }
    }

    private func store(
        _ transaction: Transaction, _ now: Instant, _ cause: Cause, _ version: APIVersion?, _ url: String
    ) throws -> Store {
        let renderer = Renderer(transaction: transaction, version: version ?? rules.version, baseURL: url)
        return Store(
            transaction: transaction, rules: rules, now: now.seconds + (try transaction.settings().clockOffset),
            realNow: now,
            cause: cause, renderer: renderer)
    }

    /// Creates the endpoint that the settings name, or updates it.
    func configureEndpoint(url: String, secret: String) async throws {
        try await write { store in
            let endpoint = WebhookEndpoint(
                id: Self.configuredEndpoint, created: store.now, url: url, events: ["*"], version: nil, secret: secret,
                description: "Configured in the settings of the Stripe emulator")
            if try store.transaction.object(endpoint.id, as: WebhookEndpoint.self) == nil {
                try store.transaction.insert(endpoint)
            } else {
                try store.transaction.update(endpoint)
            }
        }
    }
}
