import AsyncHTTPClient
import Core
import Crypto
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import SQL
import ServiceLifecycle

/// Delivers webhooks: signed again for each attempt, and repeated with growing pauses until acknowledged.
struct WebhookSender: Service {
    let database: Database
    let client: HTTPClient
    let signer: FalSigner
    let settings: Server.Settings
    let time: Time
    let logger: Logger
    /// Sent when a request has ended.
    let endSignal: Signal
    /// A key that is not published, for forged signatures.
    private let forgingKey = Curve25519.Signing.PrivateKey()
    private let concurrency = ConcurrencyLimit(16)

    init(
        database: Database, client: HTTPClient, signer: FalSigner, settings: Server.Settings, time: Time,
        logger: Logger, endSignal: Signal
    ) {
        self.database = database
        self.client = client
        self.signer = signer
        self.settings = settings
        self.time = time
        self.logger = logger
        self.endSignal = endSignal
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    await endSignal.wait(atMost: startAll(in: &group), time)
                }
            }
        }
    }

    /// One attempt for this request now, whatever its state in the queue of deliveries. Waits for the response.
    func deliverNow(_ id: ID<QueueRequest>) async throws {
        let until = time.now() + lease
        let claimed = try await database.write(order: .alone) { try $0.claimDelivery(of: id, until: until) }
        guard let request = claimed else { return }
        try await deliver(request)
    }

    /// An attempt that is never reported, because the process ended, is due again after this.
    private var lease: Duration { .seconds(150) }

    /// Starts the attempts that are due, up to the concurrency limit. Returns how long to wait for the next signal.
    private func startAll(in group: inout DiscardingTaskGroup) async -> Duration {
        do {
            let now = time.now()
            let (free, until) = (concurrency.available, now + lease)
            guard free > 0 else { return .seconds(5) }
            let due = try await database.write(order: .alone) { try $0.claimDeliveries(free, now: now, until: until) }
            for request in due {
                concurrency.acquire()
                group.addTask { await deliverLogged(request) }
            }
            if !due.isEmpty { return .zero }
            guard let next = try await database.read({ try $0.earliestDelivery() }) else { return .seconds(5) }
            return min(max(next - now, .milliseconds(5)), .seconds(5))
        } catch is CancellationError {
            return .zero
        } catch {
            logger.error("webhooks not delivered", metadata: ["error": "\(error)"])
            return .seconds(1)
        }
    }

    private func deliverLogged(_ request: QueueRequest) async {
        do {
            try await deliver(request)
        } catch is CancellationError {
            // The process stops. The attempt is due again at the next start.
        } catch {
            logger.error("delivery attempt not recorded", metadata: ["request": "\(request.id)", "error": "\(error)"])
        }
        concurrency.release()
        endSignal.send()
    }

    private func deliver(_ request: QueueRequest) async throws {
        var result = await send(request)
        if request.script.has(.webhookTwice), result == .acknowledged { result = await send(request) }
        let isLast = request.deliveryAttempts >= attempts(for: request)
        let (delivery, next): (QueueRequest.Delivery, Instant?) =
            switch result {
            case .acknowledged: (.acknowledged, nil)
            case .refusedPermanently: (.abandoned, nil)
            case .failed where isLast: (.abandoned, nil)
            case .failed: (.due, time.now() + pause(after: request.deliveryAttempts))
            }
        try await database.write(order: .alone) { try $0.recordDelivery(of: request.id, delivery, at: next) }
        logger.info("webhook sent", metadata: ["request": "\(request.id)", "outcome": "\(delivery.rawValue)"])
    }

    private enum SendResult {
        case acknowledged, failed, refusedPermanently
    }

    private func send(_ request: QueueRequest) async -> SendResult {
        guard let url = request.webhookURL, let outcome = request.outcome else { return .refusedPermanently }
        let body = FalWebhookBody(
            requestID: request.id.rawValue, status: outcome.isSuccess ? .ok : .error, payload: outcome.body,
            error: outcome.error
        ).bytes
        do {
            let signature = try sign(body, for: request)
            var message = HTTPClientRequest(url: url)
            message.method = .POST
            message.headers.add(name: "content-type", value: "application/json")
            for (header, value) in signature.headers { message.headers.add(name: header.rawValue, value: value) }
            message.body = .bytes(body)
            // fal gives a receiver 15 s at first and 120 s later.
            let response = try await client.execute(message, timeout: .seconds(request.deliveryAttempts > 1 ? 120 : 15))
            switch response.status.code {
            case 200..<300: return .acknowledged
            case 300..<400: return .refusedPermanently
            default: return .failed
            }
        } catch {
            return .failed
        }
    }

    private func sign(_ body: [UInt8], for request: QueueRequest) throws -> FalSignature {
        let script = request.script
        let userID = script.has(.webhookStranger) ? "sandbox-stranger" : signer.userID
        let at = script.has(.webhookStale) ? time.now() - .seconds(3600) : time.now()
        if script.has(.webhookForged) {
            return try FalSigner(userID: userID, key: forgingKey).sign(body, requestID: request.id.rawValue, at: at)
        }
        return try signer.named(userID).sign(body, requestID: request.id.rawValue, at: at)
    }

    /// A webhook that must not verify is tried twice only: enough to see it refused.
    private func attempts(for request: QueueRequest) -> Int {
        let mustNotVerify = [Fault.webhookForged, .webhookStale, .webhookStranger].contains { request.script.has($0) }
        return mustNotVerify ? min(2, settings.webhookAttempts) : settings.webhookAttempts
    }

    private func pause(after attempts: Int) -> Duration {
        settings.webhookPause * (1 << min(max(attempts - 1, 0), 12))
    }
}
