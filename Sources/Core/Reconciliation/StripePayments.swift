import SQL

/// What Stripe lists as paid in a period, of everything that is paid to this Stripe account: only the database knows
/// whether it is this installation's.
struct StripePayments: Sendable {
    struct Payment: Sendable, Hashable {
        /// The key that a purchase of it has.
        let key: String
        let paid: Money
        /// When it was paid, if Stripe says so, else when it was begun.
        let at: Instant
        let owner: Owner
        /// Leads to its charge, and so to when it was paid, if that is not known yet.
        var intent: String?
    }

    /// Leads to one of this installation's accounts.
    enum Owner: Sendable, Hashable {
        case checkout(ID<Checkout>)
        case customer(String)
    }

    let environment: StripeEnvironment
    /// The period in which the listed objects were begun.
    let period: ReconciliationPeriod
    let payments: [Payment]
    /// False if there are more than are read.
    let isComplete: Bool
}

extension Billing {
    /// For sessions and for invoices each; the newest are listed first.
    private static let mostPages = 100

    /// The payments that were begun in a period, or as long before it as a payment may take: Stripe lists by when they
    /// were begun.
    func payments(in period: ReconciliationPeriod) async throws -> StripePayments {
        let period = period.beginning(ReconciliationPeriod.usual)
        let sessions = try await list("/checkout/sessions", ["status": "complete"], period)
        let invoices = try await list("/invoices", ["status": "paid"], period)
        var payments = sessions.objects.compactMap { StripePayments.Payment(session: $0) }
        var plans = PlansByPrice(self)
        for json in invoices.objects {
            guard let invoice = StripeInvoice(json), invoice.isPaid, let customer = invoice.customer,
                let createdAt = json["created"]?.instant
            else { continue }
            let paidAt = json["status_transitions"]?["paid_at"]?.instant ?? createdAt
            let lines = try await allLines(of: invoice)
            // A payment that brings no credits is not a purchase.
            guard let grant = InvoiceGrant(lines, try await plans(lines), now: paidAt), grant.mayBring else {
                continue
            }
            payments.append(
                .init(key: "invoice:\(invoice.id)", paid: invoice.paid, at: paidAt, owner: .customer(customer)))
        }
        return StripePayments(
            environment: stripe.environment, period: period, payments: payments,
            isComplete: sessions.isComplete && invoices.isComplete)
    }

    func list(
        _ path: String, _ filter: StripeForm, _ period: ReconciliationPeriod
    ) async throws -> (objects: [JSON], isComplete: Bool) {
        var query = filter
        query["limit"] = 100
        // Stripe counts whole seconds, so a period that starts within one is read from that second's start.
        query["created"] = [
            "gte": .text(String(period.start.seconds)), "lt": .text(String((period.end + .milliseconds(999)).seconds)),
        ]
        var objects: [JSON] = []
        for _ in 0..<Billing.mostPages {
            let page = try await stripe.get(path, query)
            objects += page.listed
            guard page["has_more"]?.bool == true, let last = page.listed.last?["id"]?.string else {
                return (objects, true)
            }
            query["starting_after"] = .text(last)
        }
        return (objects, false)
    }
}

extension StripePayments.Payment {
    /// Nil unless one of the packs was paid: a plan's credits come with its invoice.
    init?(session json: JSON) {
        guard json["mode"]?.string == "payment", let session = StripeSession(json), session.isComplete,
            session.payment != .unpaid,
            let checkout = session.checkout, let total = session.total, let createdAt = json["created"]?.instant
        else { return nil }
        self.init(
            key: "checkout:\(session.id)", paid: total, at: createdAt, owner: .checkout(checkout),
            intent: session.paymentIntent)
    }
}
