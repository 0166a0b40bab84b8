import Core
import Crypto
import HTTPTypes
import Logging
import SQL
import Synchronization
import Testing
@testable import FalEmulator

/// When webhooks are sent, again, and no more: at a clock that each test moves.
struct DeliveryTests {
    private let key = Curve25519.Signing.PrivateKey()

    /// Runs `body` with an ended request, and with a sender that has not started by itself.
    private func with(
        faults: String = "", responding statuses: [Int] = [], _ configure: (inout Server.Settings) -> Void = { _ in },
        _ body: @escaping (Bed) async throws -> Void
    ) async throws {
        var settings = Server.Settings(dataFolder: "")
        configure(&settings)
        let configured = settings
        try await WebhookReceiver.with(responding: statuses) { receiver, hook in
            try await FalWorld.withClient { client in
                try await QueueSample.withDatabase { database in
                    let bed = Bed(
                        request: QueueSample.request(faults: faults, webhook: hook), database: database,
                        receiver: receiver)
                    let sender = WebhookSender(
                        database: database, client: client, signer: FalSigner(userID: "us", key: key),
                        settings: configured, time: bed.time, logger: Logger(label: "sender") { _ in
                            SwiftLogNoOpLogHandler()
                        }, endSignal: Signal())
                    let id = bed.request.id
                    bed.sender.withLock { $0 = sender }
                    try await database.write(order: .alone) { transaction in
                        try transaction.insertRequest(bed.request)
                        _ = try transaction.endRequest(
                            id, Outcome(output: ["seed": 1]), deliverAt: QueueSample.begin, now: QueueSample.begin)
                    }
                    try await body(bed)
                }
            }
        }
    }

    private final class Bed: Sendable {
        let request: QueueRequest
        let database: Database
        let receiver: WebhookReceiver
        let sender = Mutex<WebhookSender?>(nil)
        private let clock = Mutex(QueueSample.begin)

        init(request: QueueRequest, database: Database, receiver: WebhookReceiver) {
            self.request = request
            self.database = database
            self.receiver = receiver
        }

        var now: Instant {
            get { clock.withLock { $0 } }
            set { clock.withLock { $0 = newValue } }
        }

        var time: Time { Time(now: { self.now }, sleep: { try await Task.sleep(for: $0) }) }

        /// One attempt, and what is known of the request afterwards.
        func deliver() async throws -> QueueRequest {
            let id = request.id
            try await sender.withLock { $0 }?.deliverNow(id)
            return try #require(try await database.read { try $0.request(id) })
        }

        func wait() async throws -> Duration? {
            try await database.read { try $0.earliestDelivery() }.map { $0 - now }
        }
    }

    @Test func `each attempt that is not acknowledged doubles the wait for the next, and the twelfth is the last`()
        async throws
    {
        try await with(responding: .init(repeating: 503, count: 20)) { bed async throws in
            for attempt in 1...11 {
                #expect(try await bed.deliver().delivery == .due)
                #expect(try await bed.wait() == .seconds(1 << (attempt - 1)))
            }
            let last = try await bed.deliver()
            #expect(last.delivery == .abandoned && last.deliveryAttempts == 12)
            #expect(try await bed.wait() == nil)

            #expect(try await bed.deliver().deliveryAttempts == 12)
            #expect(bed.receiver.count == 12)
        }
    }

    @Test(arguments: [
        (200, QueueRequest.Delivery.acknowledged), (202, .acknowledged), (204, .acknowledged), (299, .acknowledged),
        (301, .abandoned), (302, .abandoned), (307, .abandoned), (308, .abandoned),
        (400, .due), (401, .due), (404, .due), (410, .due), (429, .due), (500, .due), (503, .due),
    ])
    func `a receiver's status acknowledges a webhook, ends it for good, or asks for it again`(
        status: Int, delivery: QueueRequest.Delivery
    ) async throws {
        try await with(responding: [status]) { bed async throws in
            let request = try await bed.deliver()

            #expect(request.delivery == delivery && request.deliveryAttempts == 1)
            #expect(bed.receiver.count == 1)
        }
    }

    @Test func `each attempt has the same body, and a signature of its own time that the published key verifies`()
        async throws
    {
        try await with(responding: [500, 500]) { bed async throws in
            var bodies: Set<[UInt8]> = []
            for attempt in 0..<3 {
                bed.now = QueueSample.begin + .seconds(Int64(attempt) * 400)
                _ = try await bed.deliver()
                let delivery = try await bed.receiver.next()
                let signature = try FalSignature(delivery.headers)

                #expect(signature.timestamp == String(bed.now.seconds))
                #expect(signature.requestID == bed.request.id.rawValue && signature.userID == "us")
                try signature.verify(body: delivery.body, keys: [key.publicKey], now: bed.now)
                bodies.insert(delivery.body)
            }
            #expect(bodies.count == 1)
        }
    }

    @Test(arguments: ["webhook-forged", "webhook-stale", "webhook-stranger"])
    func `a webhook that must be refused is tried twice and given up`(fault: String) async throws {
        try await with(faults: fault, responding: [401, 401, 401]) { bed async throws in
            let states = [try await bed.deliver(), try await bed.deliver(), try await bed.deliver()].map(\.delivery)
            #expect(states == [.due, .abandoned, .abandoned])
            #expect(bed.receiver.count == 2)
        }
    }

    @Test func `a doubled webhook is one attempt, and is not doubled while it fails`() async throws {
        try await with(faults: "webhook-twice", responding: [500]) { bed async throws in
            #expect(try await bed.deliver().delivery == .due)
            #expect(bed.receiver.count == 1)

            let request = try await bed.deliver()
            #expect(request.delivery == .acknowledged && request.deliveryAttempts == 2)
            #expect(bed.receiver.count == 3)
        }
    }

    @Test func `so many attempts are made as the settings say`() async throws {
        try await with(responding: [500, 500], { $0.webhookAttempts = 1 }) { bed async throws in
            #expect(try await bed.deliver().delivery == .abandoned)
        }
    }
}
