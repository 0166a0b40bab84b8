import AsyncHTTPClient
import Core
import HTTPTypes
import Logging
import Testing
@testable import StripeEmulator

/// One attempt at a time, at moments that the test chooses.
struct WebhookSenderTests {
    private static let acacia = "2025-02-24.acacia"

    private struct Sending {
        let world: StripeWorld
        let sender: WebhookSender
        let receiver: WebhookReceiver
        let secret: String

        func deliveries() async throws -> JSON { try await world.get("/_emulator/deliveries").at("data") }

        /// Makes the attempts that are due now, until none is.
        func send() async throws {
            while try await sender.runOnce() == .zero {}
        }

        func next() async throws -> WebhookReceiver.Delivery { try await receiver.next() }
    }

    /// An endpoint for new customers, and one new customer.
    private func withEvent(
        responding statuses: [Int] = [], attempts: Int = 12, endpoint: String = "enabled_events[]=customer.created",
        _ body: (Sending) async throws -> Void
    ) async throws {
        try await StripeWorld.with { world in
            try await WebhookReceiver.with(responding: statuses) { receiver, url in
                var settings = StripeEmulator.Server.Settings(dataFolder: "")
                settings.webhookAttempts = attempts
                let made = try await world.post("/v1/webhook_endpoints", "url=\(url.percentEncoded)&" + endpoint)
                _ = try await world.post("/v1/customers", "name=Ada")
                var logger = Logger(label: "stripe-test")
                logger.logLevel = .error
                let client = HTTPClient(eventLoopGroupProvider: .singleton)
                let sending = Sending(
                    world: world,
                    sender: WebhookSender(
                        emulator: world.emulator, client: client, settings: settings, logger: logger),
                    receiver: receiver, secret: made.at("secret").string ?? "")
                do {
                    try await body(sending)
                } catch {
                    try await client.shutdown()
                    throw error
                }
                try await client.shutdown()
            }
        }
    }

    private func signature(of delivery: WebhookReceiver.Delivery) -> String? {
        HTTPField.Name(StripeSignature.header).flatMap { delivery.headers[$0] }
    }

    @Test func `a webhook is signed with the endpoint's secret, and is in the endpoint's version`() async throws {
        try await withEvent(endpoint: "enabled_events[]=*&api_version=\(Self.acacia)") { sending in
            try await sending.send()

            let delivery = try await sending.next()
            let now = sending.world.clock.now
            let signed = try StripeSignature(header: signature(of: delivery))
            try signed.verify(body: delivery.body, secrets: [sending.secret], now: now, tolerance: .zero)
            #expect(throws: StripeSignature.Refusal.forged) {
                try signed.verify(body: delivery.body + [32], secrets: [sending.secret], now: now)
            }
            let event = try delivery.message()
            #expect(event.at("type") == "customer.created" && event.at("api_version") == .string(Self.acacia))
            #expect(event.at("data.object.name") == "Ada" && event.at("livemode") == false)
            #expect(try await sending.deliveries().at("*.state") == ["delivered"])
            #expect(try await sending.world.get("/v1/events").at("data.0.pending_webhooks") == 0)
        }
    }

    @Test func `what is not acknowledged is sent again, after twice as long each time`() async throws {
        try await withEvent(responding: [500, 302, 404]) { sending in
            var signatures: Set<String> = []
            for pause: Int64 in [1, 2, 4] {
                try await sending.send()
                let delivery = try await sending.next()
                signatures.insert(try #require(signature(of: delivery)))
                let waiting = try await sending.deliveries().at("0")
                let now = sending.world.clock.now
                #expect(waiting.at("state") == "due" && waiting.at("due_at") == .integer(now.seconds + pause))

                // A moment too early nothing is sent.
                sending.world.clock.now = now + .milliseconds(pause * 1000 - 1)
                try await sending.send()
                #expect(try await sending.deliveries().at("0.attempts") == waiting.at("attempts"))
                sending.world.clock.now = now + .seconds(pause)
            }
            try await sending.send()

            let delivered = try await sending.deliveries().at("0")
            #expect(delivered.at("state") == "delivered" && delivered.at("attempts") == 4)
            #expect(delivered.at("status") == 200 && signatures.count == 3)
        }
    }

    @Test func `after the last attempt it is abandoned, and sent again on request only`() async throws {
        try await withEvent(responding: [500, 500], attempts: 2) { sending in
            for _ in 0..<3 {
                try await sending.send()
                sending.world.clock.now = sending.world.clock.now + .seconds(3600)
            }
            #expect(try await sending.deliveries().at("*.state") == ["abandoned"])
            #expect(sending.receiver.count == 2)

            let event = try await sending.deliveries().at("0.event").string ?? ""
            _ = try await sending.world.post("/_emulator/events/\(event)/redeliver")
            try await sending.send()

            #expect(try await sending.deliveries().at("*.state") == ["delivered", "abandoned"])
            #expect(try await sending.world.get("/v1/events", "delivery_success=false").at("data") == [])
        }
    }

    @Test func `an endpoint gets its events one by one in their order, also after a failure`() async throws {
        try await withEvent(responding: [500]) { sending in
            for name in ["Bob", "Cid"] { _ = try await sending.world.post("/v1/customers", "name=\(name)") }
            try await sending.send()
            // The others are not held up.
            #expect(try await sending.deliveries().at("*.state") == ["delivered", "delivered", "due"])

            sending.world.clock.now = sending.world.clock.now + .seconds(1)
            try await sending.send()

            var names: [JSON] = []
            for _ in 0..<4 { names.append(try await sending.next().message().at("data.object.name")) }
            #expect(names == ["Ada", "Bob", "Cid", "Ada"])
        }
    }

    @Test func `a duplicate is the same event twice`() async throws {
        try await withEvent { sending in
            try await sending.send()
            _ = try await sending.next()
            _ = try await sending.world.post("/_emulator/faults", "duplicate=100")
            _ = try await sending.world.post("/v1/customers", "name=Bob")

            try await sending.send()

            let (one, other) = (try await sending.next().message(), try await sending.next().message())
            #expect(one.id == other.id && one.at("data.object.name") == "Bob")
            #expect(try await sending.deliveries().at("*.fault") == ["duplicate", nil, nil])
        }
    }
}
