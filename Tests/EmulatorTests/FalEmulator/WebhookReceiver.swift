import Core
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// Receives webhooks on a free port, responds with given statuses, and passes the webhooks to the test one by one.
final class WebhookReceiver: Sendable {
    struct Delivery: Sendable {
        let headers: HTTPFields
        let body: [UInt8]

        func message() throws -> JSON { try JSON(text: body) }
    }

    private let statuses: Mutex<[Int]>
    private let received = Mutex(0)
    private let deliveries: AsyncStream<Delivery>
    private let arrivals: AsyncStream<Delivery>.Continuation
    private let port: AsyncStream<Int>
    private let portKnown: AsyncStream<Int>.Continuation

    /// - Parameter responding: The statuses of the first responses; then 200.
    static func with(
        responding statuses: [Int] = [], _ body: (WebhookReceiver, String) async throws -> Void
    ) async throws {
        let receiver = WebhookReceiver(statuses)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await receiver.run() }
            var ports = receiver.port.makeAsyncIterator()
            guard let port = await ports.next() else { return }
            try await body(receiver, "http://127.0.0.1:\(port)/hook?token=a%2Fb")
            group.cancelAll()
        }
    }

    private init(_ statuses: [Int]) {
        self.statuses = Mutex(statuses)
        (deliveries, arrivals) = AsyncStream.makeStream(of: Delivery.self)
        (port, portKnown) = AsyncStream.makeStream(of: Int.self)
    }

    /// How many arrived, read or not.
    var count: Int { received.withLock { $0 } }

    func next() async throws -> Delivery {
        for await delivery in deliveries { return delivery }
        throw CancellationError()
    }

    private func run() async throws {
        let router = Router()
        router.post("/hook") { request, _ in
            let body = try await request.body.collect(upTo: 16 * 1024 * 1024)
            self.received.withLock { $0 += 1 }
            self.arrivals.yield(Delivery(headers: request.headers, body: Array(buffer: body)))
            let status = self.statuses.withLock { $0.isEmpty ? 200 : $0.removeFirst() }
            return Response(status: .init(code: status))
        }
        var logger = Logger(label: "receiver")
        logger.logLevel = .critical
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in self.portKnown.yield(channel.localAddress?.port ?? 0) }, logger: logger)
        try await application.run()
    }
}
