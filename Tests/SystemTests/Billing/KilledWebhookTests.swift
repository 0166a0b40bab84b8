import Core
import Foundation
import SQL
import Testing
import TestSupport

/// `kill -9` of the node that receives a webhook, between any two of its steps: Stripe gets no response, sends it to
/// the other node, or to the same one when it is back, and there is one grant.
@Suite(.serialized)
struct KilledWebhookTests {
    @Test(arguments: TestEngine.available, Faults.Moment.allCases)
    func `a node that dies at any request that a webhook leads to books nothing twice and misses nothing`(
        on engine: TestEngine, moment: Faults.Moment
    ) async throws {
        try await with(engine) { nodes, stripe in
            for number in 1... {
                let faults = Faults(number, moment, onMeet: { nodes.all[0].killAtOnce() })
                stripe.faults = faults
                try await story(Webhooks(nodes, stripe, faults), number: number)
                stripe.faults = nil
                guard faults.met != nil else {
                    #expect(number > 12, "the story is shorter than it was")
                    break
                }
                await nodes.all[0].kill()
                try await nodes.all[0].start()
            }
            #expect(try await nodes.withDatabase { try await LedgerCheck($0)().differences.map(\.description) } == [])
        }
    }

    /// A pack, a plan's month, half of the pack's money back, and a dispute of the rest, which is won: 10 + 100 + 500 -
    /// 50 credits.
    private func story(_ webhooks: Webhooks, number: Int) async throws {
        let (stripe, buyer) = (webhooks.stripe, try await webhooks.signUp("buyer\(number)@example.com"))
        let pack = try await webhooks.checkout(["pack": "small"], by: buyer)
        stripe.pay(pack)
        try await webhooks.send("checkout.session.completed", pack)
        let plan = try await webhooks.checkout(["plan": "basic"], by: buyer)
        stripe.pay(plan)
        try await webhooks.send("invoice.paid", stripe[plan]["invoice"]?.string ?? "")
        let charge = stripe.charge(for: pack)
        stripe.refund(charge, inAll: 250)
        try await webhooks.send("charge.refunded", charge)
        let dispute = stripe.dispute(charge, amount: 250)
        try await webhooks.send("charge.dispute.created", dispute)
        stripe.set(dispute, ["status": "won"])
        try await webhooks.send("charge.dispute.closed", dispute)

        let place: Comment = "at request \(number): \(webhooks.faults?.met ?? "none")"
        #expect(try await buyer.balance().first == 560, place)
        #expect(try await buyer.get("/api/billing/purchases")["purchases"]?.array?.count == 2, place)
        #expect(try await buyer.get("/api/billing/subscription")["plan"]?["name"] == "basic", place)
    }

    @Test(arguments: TestEngine.available)
    func `a node that dies at any instant after a webhook came in leaves one grant`(
        on engine: TestEngine
    ) async throws {
        var chance = Seeded("killed webhooks on \(engine)", variable: "DARKROOM_TEST_SEED")
        try await with(engine) { nodes, stripe in
            for number in 1...12 {
                let webhooks = Webhooks(nodes, stripe, nil)
                let buyer = try await webhooks.signUp("buyer\(number)@example.com")
                let pack = try await webhooks.checkout(["pack": "small"], by: buyer)
                stripe.pay(pack)
                let event = stripe.event("checkout.session.completed", pack)
                let delay = Duration.microseconds(chance.number(0...12_000))

                async let first = try? webhooks.send(event, to: nodes.all[0])
                try await Time.system.sleep(delay)
                await nodes.all[0].kill()
                _ = await first
                #expect(try await webhooks.send(event, to: webhooks.other()) == 200)

                #expect(try await buyer.balance().first == 110, "killed after \(delay), seed \(chance.seed)")
                await nodes.all[0].kill()
                try await nodes.all[0].start()
                #expect(try await webhooks.send(event, to: nodes.all[0]) == 200)
                #expect(try await buyer.balance().first == 110)
            }
            #expect(try await nodes.withDatabase { try await LedgerCheck($0)().differences.map(\.description) } == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a webhook that comes to two nodes at once is one grant`(on engine: TestEngine) async throws {
        try await with(engine) { nodes, stripe in
            let webhooks = Webhooks(nodes, stripe, nil)
            let buyer = try await webhooks.signUp("buyer@example.com")
            for number in 1...10 {
                let pack = try await webhooks.checkout(["pack": "small"], by: buyer)
                stripe.pay(pack)
                let event = stripe.event("checkout.session.completed", pack)

                async let one = webhooks.send(event, to: nodes.all[0])
                async let other = webhooks.send(event, to: webhooks.other())
                #expect(try await [one, other] == [200, 200])
                #expect(try await buyer.balance().first == Decimal(10 + 100 * number))
            }
            #expect(try await buyer.get("/api/billing/purchases")["purchases"]?.array?.count == 10)
        }
    }

    private func with(_ engine: TestEngine, _ body: (RunningNodes, FakeStripe) async throws -> Void) async throws {
        let sandbox = try await RunningSandbox([])
        let databaseURL = engine == .postgres ? try await TestEngine.newPostgres() : nil
        try await FakeStripe.with(FakeTime(now: Time.system.now())) { stripe, url in
            let environment = [
                "STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_WEBHOOK_SECRET": FakeStripe.secret,
                "DARKROOM_STRIPE_URL": url,
                "DARKROOM_LOG_LEVEL": "warning",
            ]
            // On SQLite a folder has one server.
            let roles: [RunningNode.Role] = engine == .postgres ? [.server, .server] : [.server]
            try await RunningNodes.with(
                roles, databaseURL: databaseURL, sandbox: sandbox, environment: environment
            ) {
                try await body($0, stripe)
            }
        }
        await sandbox.stop()
    }
}

/// Somebody who buys at the second node, and Stripe, which sends its events to the first, or to the second if that does
/// not respond.
private struct Webhooks: Sendable {
    let nodes: RunningNodes
    let stripe: FakeStripe
    let faults: Faults?

    init(_ nodes: RunningNodes, _ stripe: FakeStripe, _ faults: Faults?) {
        self.nodes = nodes
        self.stripe = stripe
        self.faults = faults
    }

    func signUp(_ email: String) async throws -> APIUser {
        let node = nodes.other
        let response = try await anybody(at: node).postPassword(
            "/auth/v1/signup", ["email": .string(email), "password": "correct horse"])
        guard let token = response["access_token"]?.string else {
            throw Unexpected("no session: \(response.status) \(response.text)")
        }
        return APIUser(url: node.url, bearer: token, client: nodes.client)
    }

    private func anybody(at node: RunningNode) -> APIUser { APIUser(url: node.url, bearer: nil, client: nodes.client) }

    /// Its session's id.
    func checkout(_ item: JSON, by buyer: APIUser) async throws -> String {
        _ = try await buyer.checkout(item)
        return stripe.all("checkout.session").last?["id"]?.string ?? ""
    }

    func send(_ type: String, _ object: String) async throws {
        let event = stripe.event(type, object)
        faults?.arm()
        let first = try? await send(event, to: nodes.all[0])
        faults?.arm(false)
        guard first != 200 else { return }
        #expect(try await send(event, to: other()) == 200)
    }

    /// On SQLite a folder has one server: Stripe's second try comes when it is back.
    func other() async throws -> RunningNode {
        let node = nodes.other
        if nodes.serving.count == 1, faults?.met != nil || !node.isRunning {
            await node.kill()
            try await node.start()
        }
        return node
    }

    func send(_ event: [UInt8], to node: RunningNode) async throws -> Int {
        stripe.clock.now = Time.system.now()
        return try await anybody(at: node)
            .send("POST", "/api/stripe/webhook", bytes: event, headers: ["stripe-signature": stripe.sign(event)]).status
    }
}
