import Core

extension FakeStripe.State {
    mutating func respond(to request: String, _ form: StripeForm, _ now: Instant) -> (Int, JSON) {
        let parts = request.split(separator: "/").map { String($0) }
        switch (parts[0].hasPrefix("POST"), parts.dropFirst().joined(separator: "/")) {
        case (true, "customers"):
            return (200, make("customer", "cus", ["metadata": metadata(form)]))
        case (true, "prices"):
            return (200, make("price", "price", [
                "unit_amount": number(form["unit_amount"]), "currency": text(form["currency"]),
                "lookup_key": text(form["lookup_key"]),
                "metadata": metadata(form),
            ]))
        case (true, let path) where path.hasSuffix("/sessions") && deleted.contains(form["customer"]?.text ?? ""):
            return (400, ["error": [
                "type": "invalid_request_error", "code": "resource_missing", "param": "customer",
                "message": "No such customer",
            ]])
        case (true, "checkout/sessions") where deleted.contains(form["line_items"]?["0"]?["price"]?.text ?? ""):
            return (400, ["error": [
                "type": "invalid_request_error", "param": "line_items[0][price]",
                "message": "The price specified is inactive.",
            ]])
        case (true, "checkout/sessions"):
            return (200, session(form))
        case (true, "billing_portal/sessions"):
            return (200, make("billing_portal.session", "bps", ["url": "https://stripe.test/portal"]))
        case (true, let path) where path.hasSuffix("/expire"):
            return expire(parts[parts.count - 2])
        case (true, let path) where path.hasPrefix("subscriptions/"):
            return change(parts[2], form, now)
        case (false, "prices"):
            return list {
                $0["object"] == "price" && $0["lookup_key"] == text(form["lookup_keys"]?["0"])
                    && !deleted.contains($0["id"]?.string ?? "")
            }
        case (false, "checkout/sessions") where form["payment_intent"] == nil:
            return page("checkout.session", form)
        case (false, "subscriptions"):
            return list {
                $0["object"] == "subscription" && $0["customer"] == text(form["customer"]) && $0["status"] != "canceled"
            }
        case (false, "invoices"):
            return page("invoice", form)
        case (false, "checkout/sessions"):
            return list { $0["object"] == "checkout.session" && $0["payment_intent"] == text(form["payment_intent"]) }
        case (false, "charges") where form["payment_intent"] != nil:
            return list { $0["object"] == "charge" && $0["payment_intent"] == text(form["payment_intent"]) }
        case (false, "disputes") where form["charge"] != nil:
            return list { $0["object"] == "dispute" && $0["charge"] == text(form["charge"]) }
        case (false, "disputes"):
            return (200, ["data": .array(objects.values.filter { $0["object"] == "dispute" }.map(returned))])
        case (false, "refunds"):
            let charges = objects.values.filter { $0["object"] == "charge" && $0["amount_refunded"]?.integer ?? 0 > 0 }
            let refunds = charges.map {
                returned(["object": "refund", "charge": $0["id"] ?? .null, "created": $0["created"] ?? .null])
            }
            return (200, ["data": .array(refunds)])
        case (false, "invoice_payments"):
            let payment = text(form["payment"]?["payment_intent"])
            let invoices = objects.values.filter { $0["object"] == "invoice" && $0["paid_with"] == payment }
            return (200, ["data": .array(invoices.map { ["invoice": $0["id"] ?? .null] })])
        default:
            guard let object = parts.last.flatMap({ objects[$0] }) else {
                return (404, ["error": [
                    "type": "invalid_request_error", "code": "resource_missing", "message": "there is none",
                ]])
            }
            return (200, object)
        }
    }

    mutating func make(_ kind: String, _ prefix: String, _ members: [String: JSON]) -> JSON {
        last += 1
        let id = "\(prefix)_\(name)\(last)"
        var members = members
        members["id"] = .string(id)
        members["object"] = .string(kind)
        members["number"] = .integer(Int64(last))
        members["created"] = .integer(clock.now.seconds)
        objects[id] = .object(members)
        return .object(members)
    }

    mutating func set(_ id: String, _ changes: [String: JSON]) {
        guard case .object(var members)? = objects[id] else { return }
        members.merge(changes) { _, new in new }
        objects[id] = .object(members)
    }

    private mutating func session(_ form: StripeForm) -> JSON {
        let price = form["line_items"]?["0"]?["price"]?.text.flatMap { objects[$0] } ?? .null
        let made = make("checkout.session", "cs", [
            "mode": text(form["mode"]), "status": "open", "payment_status": "unpaid",
            "customer": text(form["customer"]), "metadata": metadata(form),
            "amount_subtotal": price["unit_amount"] ?? .null, "amount_total": price["unit_amount"] ?? .null,
            "currency": price["currency"] ?? .null, "price": price["id"] ?? .null,
        ])
        guard let id = made["id"]?.string else { return made }
        set(id, ["url": .string("https://stripe.test/pay/\(id)")])
        return objects[id] ?? made
    }

    private mutating func expire(_ id: String) -> (Int, JSON) {
        guard objects[id]?["status"] == "open" else {
            return (400, ["error": ["type": "invalid_request_error", "message": "only an open session can be expired"]])
        }
        set(id, ["status": "expired", "url": .null])
        return (200, objects[id] ?? .null)
    }

    private mutating func change(_ id: String, _ form: StripeForm, _ now: Instant) -> (Int, JSON) {
        guard let subscription = objects[id], let item = subscription["items"]?["data"]?.array?.first
        else { return (404, ["error": ["type": "x"]]) }
        if let ends = form["cancel_at_period_end"]?.text { set(id, ["cancel_at_period_end": .bool(ends == "true")]) }
        if form["cancel_at"]?.text == "" { set(id, ["cancel_at": .null]) }
        if let price = form["items"]?["0"]?["price"]?.text {
            let waits = subscription["pending_update"]?["expires_at"] != nil
            if form["proration_behavior"]?.text == "always_invoice" {
                prorate(subscription, item, to: price, now, isPaid: !waits)
            }
            if waits { set(id, ["pending_price": .string(price)]) } else { setPrice(of: id, price) }
        }
        return (200, objects[id] ?? .null)
    }

    mutating func setPrice(of subscription: String, _ price: String) {
        guard case .object(var item)? = objects[subscription]?["items"]?["data"]?.array?.first else { return }
        item["price"] = ["id": .string(price)]
        set(subscription, ["items": ["data": [.object(item)]]])
    }

    /// An invoice that is paid at once, with the old price given back and the new one charged for what is left.
    private mutating func prorate(_ subscription: JSON, _ item: JSON, to price: String, _ now: Instant, isPaid: Bool) {
        guard let old = item["price"]?["id"]?.string, let start = item["current_period_start"]?.integer,
            let end = item["current_period_end"]?.integer
        else { return }
        let period: JSON = ["start": .integer(now.seconds), "end": .integer(end)]
        func amount(_ price: String) -> Int64 {
            (objects[price]?["unit_amount"]?.integer ?? 0) * (end - now.seconds) / (end - start)
        }
        invoice(of: subscription, [
            line(of: subscription, old, -amount(old), isProration: true, period),
            line(of: subscription, price, amount(price), isProration: true, period),
        ], isPaid: isPaid)
    }

    @discardableResult
    mutating func invoice(of subscription: JSON, _ lines: [JSON], isPaid: Bool = true) -> JSON {
        let payment = make("payment_intent", "pi", [:])["id"] ?? .null
        let total = lines.reduce(0) { $0 + ($1["amount"]?.integer ?? 0) }
        let charge = make("charge", "ch", ["payment_intent": payment, "amount": .integer(total), "amount_refunded": 0])
        let invoice = make("invoice", "in", [
            "customer": subscription["customer"] ?? .null, "currency": "usd",
            "amount_due": .integer(total), "amount_paid": .integer(isPaid ? total : 0),
            "status": isPaid ? "paid" : "open", "paid_with": payment, "charged_by": charge["id"] ?? .null,
            "parent": [
                "type": "subscription_details", "subscription_details": ["subscription": subscription["id"] ?? .null],
            ],
            "lines": ["data": .array(lines), "has_more": false],
            "payments": ["data": [[
                "is_default": true, "status": isPaid ? "paid" : "open",
                "payment": ["type": "payment_intent", "payment_intent": payment],
            ]]],
        ])
        if let id = subscription["id"]?.string { set(id, ["latest_invoice": invoice["id"] ?? .null]) }
        return invoice
    }

    func line(of subscription: JSON, _ price: String, _ amount: Int64, isProration: Bool, _ period: JSON) -> JSON {
        [
            "amount": .integer(amount), "quantity": 1, "period": period,
            "pricing": ["price_details": ["price": .string(price)]],
            "parent": [
                "type": "subscription_item_details",
                "subscription_item_details": [
                    "subscription": subscription["id"] ?? .null, "proration": .bool(isProration),
                ],
            ],
        ]
    }

    /// With the payment that it is of.
    private func returned(_ object: JSON) -> JSON {
        guard case .object(var members) = object else { return object }
        members["payment_intent"] = object["charge"]?.string.flatMap { objects[$0]?["payment_intent"] } ?? .null
        return .object(members)
    }

    private func list(_ isWanted: (JSON) -> Bool) -> (Int, JSON) {
        (200, ["object": "list", "data": .array(objects.values.filter(isWanted)), "has_more": false])
    }

    /// The newest first, as Stripe lists.
    private func page(_ kind: String, _ form: StripeForm) -> (Int, JSON) {
        func bound(_ name: String) -> Int64? { form["created"]?[name]?.text.flatMap { Int64($0) } }
        let (from, to) = (bound("gte") ?? 0, bound("lt") ?? .max)
        let below = form["starting_after"]?.text.flatMap { objects[$0]?["number"]?.integer } ?? .max
        let found = objects.values.filter { object in
            guard object["object"]?.string == kind, form["status"] == nil || object["status"] == text(form["status"]),
                let created = object["created"]?.integer, let number = object["number"]?.integer
            else { return false }
            return created >= from && created < to && number < below
        }.sorted { ($0["number"]?.integer ?? 0) > ($1["number"]?.integer ?? 0) }
        let limit = form["limit"]?.text.flatMap { Int($0) } ?? 10
        return (200, [
            "object": "list", "data": .array(Array(found.prefix(limit))), "has_more": .bool(found.count > limit),
        ])
    }

    private func metadata(_ form: StripeForm) -> JSON {
        .object(
            Dictionary((form["metadata"]?.members ?? []).map { ($0.name, text($0.value)) }, uniquingKeysWith: { $1 }))
    }

    private func text(_ form: StripeForm?) -> JSON { form?.text.map { .string($0) } ?? .null }
    private func number(_ form: StripeForm?) -> JSON { form?.text.flatMap { Int64($0) }.map { .integer($0) } ?? .null }
}
