import Core

/// A receiver of events, and the version it gets them in.
struct WebhookEndpoint: Document, Equatable {
    static let kind = Kind.webhookEndpoint
    let id: String
    let created: Int64
    var url: String
    var events: [String]
    let version: APIVersion?
    let secret: String
    var description: String?
    var isEnabled = true
    var metadata: [String: String] = [:]

    func receives(_ type: String) -> Bool { isEnabled && events.contains { Self.matches(type, $0) } }

    /// `*` is every event, `invoice.*` every one of invoices.
    static func matches(_ type: String, _ pattern: String) -> Bool {
        pattern == type || pattern == "*" || pattern.hasSuffix(".*") && type.hasPrefix(pattern.dropLast())
    }
}

extension Renderer {
    func json(_ endpoint: WebhookEndpoint) -> JSON {
        [
            "id": .string(endpoint.id), "object": "webhook_endpoint", "created": .integer(endpoint.created),
            "livemode": false, "url": .string(endpoint.url), "enabled_events": .of(endpoint.events),
            "api_version": .of(endpoint.version?.text), "status": endpoint.isEnabled ? "enabled" : "disabled",
            "description": .of(endpoint.description), "metadata": .of(endpoint.metadata), "application": nil,
        ]
    }
}

extension Store {
    /// Only this response has the secret.
    func createEndpoint(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow("url", "enabled_events", "api_version", "description", "metadata", "connect")
        let version = try parameters.text("api_version").map { text in
            guard let version = APIVersion(text) else {
                throw APIError.invalid("api_version", "Invalid Stripe API version: \(text.excerpt)")
            }
            return version
        }
        guard let events = try parameters.texts("enabled_events", limit: 300), !events.isEmpty else {
            throw APIError.missing("enabled_events")
        }
        let endpoint = WebhookEndpoint(
            id: Kind.webhookEndpoint.makeID(), created: now, url: try url(parameters.required("url")), events: events,
            version: version, secret: Kind.makeID("whsec_"), description: try parameters.text("description"),
            metadata: try parameters.metadata())
        guard try transaction.objects(WebhookEndpoint.self, limit: 16).count < 16 else {
            throw APIError.invalid(nil, "You have reached the maximum of 16 webhook endpoints.")
        }
        try transaction.insert(endpoint)
        return renderer.json(endpoint).merging(["secret": .string(endpoint.secret)])
    }

    func retrieveEndpoint(_ call: Call) throws -> JSON {
        renderer.json(try object(call.id, as: WebhookEndpoint.self))
    }

    func updateEndpoint(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow("url", "enabled_events", "description", "metadata", "disabled")
        var endpoint: WebhookEndpoint = try object(call.id)
        if let address = try parameters.text("url") { endpoint.url = try url(address) }
        if let events = try parameters.texts("enabled_events", limit: 300) { endpoint.events = events }
        if parameters.has("description") { endpoint.description = try parameters.text("description") }
        if let isDisabled = try parameters.bool("disabled") { endpoint.isEnabled = !isDisabled }
        endpoint.metadata = try parameters.metadata(endpoint.metadata)
        try transaction.update(endpoint)
        return renderer.json(endpoint)
    }

    /// Its due deliveries are abandoned.
    func deleteEndpoint(_ call: Call) throws -> JSON {
        try transaction.remove(object(call.id, as: WebhookEndpoint.self))
        try transaction.abandonDeliveries(to: call.id)
        return ["id": .string(call.id), "object": "webhook_endpoint", "deleted": true]
    }

    func listEndpoints(_ call: Call) throws -> JSON {
        try call.parameters.allow("limit", "starting_after", "ending_before")
        return try list(call, at: "/v1/webhook_endpoints", { renderer.json($0 as WebhookEndpoint) })
    }

    private func url(_ text: String) throws -> String {
        guard text.hasPrefix("http://") || text.hasPrefix("https://"), text.utf8.count <= 2048 else {
            throw APIError.invalid(
                "url", "Invalid URL: An explicit scheme (such as https) must be provided.", code: "url_invalid")
        }
        return text
    }
}
