import Core

extension Renderer {
    /// Replaces the ids that `paths` name by their objects, as `expand[]=data.product` does, four levels deep at most:
    /// a list's `data` is one of them.
    func expand(_ json: JSON, _ paths: [String]) throws -> JSON {
        try paths.reduce(json) { json, path in
            let steps = path.split(separator: ".").map(String.init)
            guard (1...4).contains(steps.count) else {
                throw APIError.invalid("expand", "You cannot expand more than 4 levels of a property.")
            }
            return try expand(json, steps[...], path)
        }
    }

    private func expand(_ json: JSON, _ steps: ArraySlice<String>, _ path: String) throws -> JSON {
        if case .array(let elements) = json { return .array(try elements.map { try expand($0, steps, path) }) }
        guard let step = steps.first, var members = json.object else { return json }
        guard var value = try members[step] ?? includable(step, of: json) else { throw notExpandable(path) }
        switch value {
        case .string(let id):
            guard let object = try self.json(of: id) else { throw notExpandable(path) }
            value = object
        case .bool, .integer, .decimal: throw notExpandable(path)
        case .null, .array, .object: break
        }
        members[step] = try expand(value, steps.dropFirst(), path)
        return .object(members)
    }

    private func notExpandable(_ path: String) -> APIError {
        .invalid("expand", "This property cannot be expanded (\(path)).")
    }

    /// What an object has only when it is asked for.
    private func includable(_ member: String, of json: JSON) throws -> JSON? {
        guard let id = json["id"]?.string else { return nil }
        switch (json["object"]?.string, member) {
        case ("checkout.session", "line_items"):
            return try transaction.object(id, as: CheckoutSession.self).map { try lineItems(of: $0) }
        case ("invoice", "payments") where !version.isBeforeBasil:
            let payments = try transaction.objects(InvoicePayment.self, of: id).map { self.json($0.object) }
            return .list(payments, at: "/v1/invoice_payments?invoice=\(id)")
        case ("charge", "refunds"):
            let refunds = try transaction.objects(Refund.self, of: id).map { self.json($0.object) }
            return .list(refunds, at: "/v1/charges/\(id)/refunds")
        case ("customer", "subscriptions"):
            let subscriptions = try transaction.objects(Subscription.self, of: id).map(\.object).filter {
                !$0.status.isFinal
            }
            return .list(try subscriptions.map { try self.json($0) }, at: "/v1/customers/\(id)/subscriptions")
        default: return nil
        }
    }
}
