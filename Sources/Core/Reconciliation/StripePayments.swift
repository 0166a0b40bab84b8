import SQL

/// What Stripe lists as paid in a period, of everything that is paid to this Stripe account: whether it is ours is the
/// database's to say.
struct StripePayments: Sendable {
    struct Payment: Sendable, Hashable {
        /// As a purchase of it is named.
        let key: String
        let paid: Money
        /// When it was paid, where Stripe says so, else when it was begun.
        let at: Instant
        let owner: Owner
        /// What leads to its charge, and so to when it was paid, where that is not known yet.
        var intent: String?
    }

    /// What leads to an account of ours.
    enum Owner: Sendable, Hashable {
        case checkout(ID<Checkout>)
        case customer(String)
    }

    let environment: StripeEnvironment
    /// When what was looked at was begun.
    let period: BooksPeriod
    let payments: [Payment]
    /// False where there are more than are looked at.
    let isComplete: Bool
}

extension Billing {
    /// Of sessions and of invoices each; the newest are listed first.
    private static let mostPages = 100

    /// Those that were begun in a period, and as long before as a payment may take: Stripe lists by when they were begun.
    func payments(in period: BooksPeriod) async throws -> StripePayments {
        let period = period.beginning(BooksPeriod.usual)
        let sessions = try await list("/checkout/sessions", ["status": "complete"], period)
        let invoices = try await list("/invoices", ["status": "paid"], period)
        var payments = sessions.objects.compactMap { StripePayments.Payment(session: $0) }
        var plans = PlansByPrice(self)
        for json in invoices.objects {
            guard let invoice = StripeInvoice(json), invoice.isPaid, let customer = invoice.customer, let createdAt = json["created"]?.instant
            else { continue }
            let paidAt = json["status_transitions"]?["paid_at"]?.instant ?? createdAt
            let lines = try await allLines(of: invoice)
            // What brings no credits is no purchase.
            guard let grant = InvoiceGrant(lines, try await plans(lines), now: paidAt), grant.credits > .zero else { continue }
            payments.append(.init(key: "invoice:\(invoice.id)", paid: invoice.paid, at: paidAt, owner: .customer(customer)))
        }
        return StripePayments(
            environment: stripe.environment, period: period, payments: payments, isComplete: sessions.isComplete && invoices.isComplete)
    }

    func list(_ path: String, _ filter: StripeForm, _ period: BooksPeriod) async throws -> (objects: [JSON], isComplete: Bool) {
        var query = filter
        query["limit"] = 100
        // Stripe counts whole seconds, so what begins within one is looked at from its start.
        query["created"] = ["gte": .text(String(period.start.seconds)), "lt": .text(String((period.end + .milliseconds(999)).seconds))]
        var objects: [JSON] = []
        for _ in 0..<Billing.mostPages {
            let page = try await stripe.get(path, query)
            objects += page.listed
            guard page["has_more"]?.bool == true, let last = page.listed.last?["id"]?.string else { return (objects, true) }
            query["starting_after"] = .text(last)
        }
        return (objects, false)
    }
}

extension StripePayments.Payment {
    /// Nothing unless a pack of ours was paid: a plan's credits come with its invoice.
    init?(session json: JSON) {
        guard json["mode"]?.string == "payment", let session = StripeSession(json), session.isPaid,
            let checkout = session.checkout, let total = session.total, let createdAt = json["created"]?.instant
        else { return nil }
        self.init(key: "checkout:\(session.id)", paid: total, at: createdAt, owner: .checkout(checkout), intent: session.paymentIntent)
    }
}
