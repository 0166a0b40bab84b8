package import Core
import Synchronization

/// What people, banks and time do. No event comes of it by itself: the test says which one comes, when, and how often.
extension FakeStripe {
    /// Somebody pays on the page.
    ///
    /// - Parameter later: By a method whose money takes days.
    package func pay(_ session: String, later: Bool = false) {
        let now = clock.now
        state.withLock { state in
            guard let page = state.objects[session] else { return }
            if page["mode"] == "subscription" { return state.subscribe(page, now) }
            let payment = state.make("payment_intent", "pi", [:])["id"] ?? .null
            if !later {
                _ = state.make("charge", "ch", [
                    "payment_intent": payment, "amount": page["amount_total"] ?? 0, "amount_refunded": 0,
                ])
            }
            state.set(session, [
                "status": "complete", "payment_status": later ? "unpaid" : "paid", "payment_intent": payment,
                "url": .null,
            ])
        }
    }

    /// The money of a slow method arrives.
    package func settle(_ session: String) {
        state.withLock { state in
            let page = state.objects[session] ?? .null
            _ = state.make("charge", "ch", [
                "payment_intent": page["payment_intent"] ?? .null, "amount": page["amount_total"] ?? 0,
                "amount_refunded": 0,
            ])
            state.set(session, ["payment_status": "paid"])
        }
    }

    package func set(_ id: String, _ changes: [String: JSON]) {
        state.withLock { $0.set(id, changes) }
    }

    /// In all, so that less than before means a refund that failed.
    package func refund(_ charge: String, inAll amount: Int64) {
        set(charge, ["amount_refunded": .integer(amount)])
    }

    package func dispute(_ charge: String, amount: Int64, status: String = "needs_response") -> String {
        state.withLock { state in
            let made = state.make("dispute", "dp", [
                "charge": .string(charge), "amount": .integer(amount), "status": .string(status),
            ])
            return made["id"]?.string ?? ""
        }
    }

    /// A month has passed.
    ///
    /// - Returns: The new period's invoice.
    @discardableResult
    package func renew(_ subscription: String, isPaid: Bool = true) -> String {
        state.withLock { state in
            guard let current = state.objects[subscription],
                case .object(var item)? = current["items"]?["data"]?.array?.first,
                let end = item["current_period_end"]?.integer, let price = item["price"]?["id"]?.string
            else { return "" }
            let next = end + FakeStripe.month
            item["current_period_start"] = .integer(end)
            item["current_period_end"] = .integer(next)
            state.set(subscription, ["items": ["data": [.object(item)]], "status": isPaid ? "active" : "past_due"])
            let amount = state.objects[price]?["unit_amount"]?.integer ?? 0
            let line = state.line(
                of: current, price, amount, isProration: false, ["start": .integer(end), "end": .integer(next)])
            return state.invoice(of: current, [line], isPaid: isPaid)["id"]?.string ?? ""
        }
    }

    /// Somebody makes the same customer a subscription to another price. Returns its id.
    package func copySubscription(_ id: String, price: String) -> String {
        state.withLock { state in
            guard case .object(var members)? = state.objects[id] else { return "" }
            members["items"] = nil
            let made = state.make("subscription", "sub", members)["id"]?.string ?? ""
            state.set(made, ["items": state.objects[id]?["items"] ?? .null])
            state.setPrice(of: made, price)
            return made
        }
    }

    /// Somebody makes another object like one at the dashboard, with these members of its own. Returns its id.
    package func copy(_ id: String, _ changes: [String: JSON]) -> String {
        state.withLock { state in
            guard let members = state.objects[id]?.object, let kind = members["object"]?.string else { return "" }
            return state.make(kind, kind, members.merging(changes) { $1 })["id"]?.string ?? ""
        }
    }

    /// From now on a change of this subscription waits until its payer agrees, as where a bank asks.
    package func asksPayer(of subscription: String) {
        set(subscription, ["pending_update": ["expires_at": 1]])
    }

    /// The payer agrees, and the change is made.
    package func agree(to subscription: String) {
        let object = self[subscription]
        if let price = object["pending_price"]?.string { state.withLock { $0.setPrice(of: subscription, price) } }
        set(subscription, ["pending_update": .null, "pending_price": .null])
        let invoice = object["latest_invoice"]?.string ?? ""
        let lines = self[invoice]["lines"]?["data"]?.array ?? []
        set(invoice, ["status": "paid", "amount_paid": .integer(lines.reduce(0) { $0 + ($1["amount"]?.integer ?? 0) })])
    }

    /// The next time that this is asked there is no response: before it was done, or after.
    package func loseResponse(to request: String, _ moment: Faults.Moment) {
        let fault = Faults(1, moment, of: request)
        fault.arm()
        faults = fault
    }

    /// An invoice that was open.
    package func payInvoice(_ invoice: String, of subscription: String) {
        state.withLock { state in
            guard let open = state.objects[invoice], let total = open["lines"]?["data"]?.array?.first?["amount"]
            else { return }
            state.set(invoice, [
                "status": "paid", "amount_paid": total,
                "payments": ["data": [
                    ["is_default": true, "status": "paid", "payment": ["payment_intent": open["paid_with"] ?? .null]],
                ]],
            ])
            state.set(subscription, ["status": "active"])
        }
    }

    package static let month: Int64 = 31 * 86_400

    /// The charge that paid for a session or an invoice.
    package func charge(for id: String) -> String {
        let object = self[id]
        let payment = object["payment_intent"] ?? object["paid_with"]
        return all("charge").last { $0["payment_intent"] == payment }?["id"]?.string ?? ""
    }

    /// An event about an object, as it would be sent now.
    package func event(_ type: String, _ object: String, id: String? = nil) -> [UInt8] {
        let number = state.withLock { state in
            state.last += 1
            return "\(state.name)\(state.last)"
        }
        let event: JSON = [
            "id": .string(id ?? "evt_\(number)"), "object": "event", "type": .string(type),
            "created": .integer(clock.now.seconds),
            "api_version": "2026-10-28.endive",
            "data": ["object": self[object] == .null ? ["id": .string(object)] : self[object]],
        ]
        return Array(event.text.utf8)
    }

    package func sign(_ body: [UInt8]) -> String {
        StripeSignature(of: body, secrets: [FakeStripe.secret], at: clock.now).text
    }
}

extension FakeStripe.State {
    fileprivate mutating func subscribe(_ page: JSON, _ now: Instant) {
        guard let id = page["id"]?.string, let price = page["price"]?.string else { return }
        let (start, end) = (now.seconds, now.seconds + FakeStripe.month)
        let subscription = make("subscription", "sub", [
            "customer": page["customer"] ?? .null, "status": "active", "cancel_at_period_end": false,
            "items": ["data": [[
                "id": "si_1", "price": ["id": .string(price)], "current_period_start": .integer(start),
                "current_period_end": .integer(end),
            ]]],
        ])
        let line = line(
            of: subscription, price, page["amount_total"]?.integer ?? 0, isProration: false,
            ["start": .integer(start), "end": .integer(end)])
        let invoice = invoice(of: subscription, [line])
        set(id, [
            "status": "complete", "payment_status": "paid", "subscription": subscription["id"] ?? .null,
            "invoice": invoice["id"] ?? .null,
            "url": .null,
        ])
    }
}
