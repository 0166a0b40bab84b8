import Core

/// What happened, with the object as it was then. It is shown in the reader's version of the API.
struct Event: Document {
    static let kind = Kind.event
    let id: String
    let created: Int64
    let type: String
    let subject: Kind
    let subjectID: String
    let snapshot: String
    /// The object before, if it changed.
    let before: String?
    let cause: Cause

    var owner: String? { subjectID }
}

extension Store {
    /// Stores an event and its deliveries to endpoints.
    func emit<Object: Document>(_ type: String, _ object: Object, before: Object? = nil) throws {
        let event = Event(
            id: Kind.event.makeID(), created: now, type: type, subject: Object.kind, subjectID: object.id,
            snapshot: JSON.text(of: object), before: before.map { JSON.text(of: $0) }, cause: cause)
        try transaction.insert(event)
        let faults = try transaction.settings().faults
        let number = try transaction.number(of: event.id) ?? 0
        for endpoint in try transaction.objects(WebhookEndpoint.self, limit: .max).map(\.object).reversed()
        where endpoint.receives(type) {
            for order in faults.orders(for: number) {
                try transaction.insertDelivery(of: event.id, to: endpoint.id, order, now: realNow)
            }
        }
    }

    func retrieveEvent(_ call: Call) throws -> JSON {
        try renderer.showing(rules.version).json(object(call.id, as: Event.self))
    }

    func listEvents(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow("limit", "starting_after", "ending_before", "type", "types", "delivery_success", "created")
        let (type, types) = (try parameters.text("type"), try parameters.texts("types", limit: 20))
        let (isDelivered, isCreated) = (try parameters.bool("delivery_success"), try createdFilter(parameters))
        return try list(call, at: "/v1/events", where: { (event: Event) in
            let isWanted = types.map { $0.contains { WebhookEndpoint.matches(event.type, $0) } }
                ?? type.map { WebhookEndpoint.matches(event.type, $0) } ?? true
            guard isWanted, isCreated(event.created) else { return false }
            guard let isDelivered else { return true }
            return try transaction.openDeliveries(of: event.id).isEmpty == isDelivered
        }, renderer.showing(rules.version).json)
    }
}

extension Renderer {
    func json(_ event: Event) throws -> JSON {
        let object = try json(snapshot: event.snapshot, of: event.subject)
        var data: [String: JSON] = ["object": object]
        if let before = event.before {
            data["previous_attributes"] = Self.difference(
                of: try json(snapshot: before, of: event.subject), from: object)
        }
        return [
            "id": .string(event.id), "object": "event", "type": .string(event.type), "created": .integer(event.created),
            "api_version": .string(version.text), "livemode": false, "data": .object(data),
            "pending_webhooks": .integer(try Int64(transaction.pendingDeliveries(of: event.id))),
            "request": ["id": .of(event.cause.request), "idempotency_key": .of(event.cause.key)],
        ]
    }

    /// The members of `old` that differ in `new`: of an object only the members that differ, of a list all of it.
    static func difference(of old: JSON, from new: JSON) -> JSON {
        guard let before = old.object, let after = new.object else { return old }
        let names = Set(before.keys).union(after.keys)
        return .object(names.reduce(into: [:]) { changed, name in
            let (one, other) = (before[name] ?? .null, after[name] ?? .null)
            if one != other { changed[name] = difference(of: one, from: other) }
        })
    }
}
