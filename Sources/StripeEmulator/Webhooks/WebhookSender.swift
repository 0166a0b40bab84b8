import AsyncHTTPClient
import Core
import Logging
import NIOCore
import NIOHTTP1
import SQL
import ServiceLifecycle

/// Delivers events: one at a time to each endpoint, signed again for each attempt, and repeated with growing pauses.
struct WebhookSender: Service {
    let emulator: Emulator
    let client: HTTPClient
    let settings: Server.Settings
    let logger: Logger

    /// One attempt, with its payload in the version of its endpoint.
    private struct Attempt: Sendable {
        let delivery: Delivery
        let url: String
        let secret: String
        let body: [UInt8]
    }

    private enum Outcome {
        case responded(Int)
        case failed(String)
    }

    /// An attempt that is never reported, because the process ended, is due again after this.
    private static var lease: Duration { .seconds(60) }
    private static var timeout: TimeAmount { .seconds(20) }

    func run() async throws {
        let now = emulator.time.now()
        try await emulator.database.write(order: .alone) { try $0.resumeDeliveries(now: now, lease: now + Self.lease) }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let wait: Duration
                do {
                    wait = try await runOnce()
                } catch {
                    if !(error is CancellationError) {
                        logger.error("webhooks not delivered", metadata: ["error": "\(error)"])
                    }
                    wait = .seconds(1)
                }
                await emulator.deliverySignal.wait(atMost: wait, emulator.time)
            }
        }
    }

    /// Makes the attempts that are due. Returns how long to wait for the next signal.
    func runOnce() async throws -> Duration {
        let (now, baseURL) = (emulator.time.now(), try await emulator.baseURL())
        let attempts = try await emulator.database.write(order: .alone) { transaction in
            try transaction.claimDeliveries(now: now, until: now + Self.lease).compactMap {
                try attempt($0, transaction, baseURL)
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for attempt in attempts { group.addTask { try await record(attempt, await send(attempt)) } }
            try await group.waitForAll()
        }
        if !attempts.isEmpty { return .zero }
        guard let next = try await emulator.database.read({ try $0.firstDeliveryDue() }) else { return .seconds(5) }
        return min(max(next - emulator.time.now(), .milliseconds(5)), .seconds(5))
    }

    private func attempt(_ delivery: Delivery, _ transaction: Transaction, _ baseURL: String) throws -> Attempt? {
        guard let endpoint = try transaction.object(delivery.endpoint, as: WebhookEndpoint.self),
            let event = try transaction.object(delivery.event, as: Event.self)
        else { return nil }
        let renderer = Renderer(
            transaction: transaction, version: endpoint.version ?? settings.rules.version, baseURL: baseURL)
        return Attempt(
            delivery: delivery, url: endpoint.url, secret: endpoint.secret,
            body: Array(try renderer.json(event).text.utf8))
    }

    private func send(_ attempt: Attempt) async -> Outcome {
        let signature = StripeSignature(of: attempt.body, secrets: [attempt.secret], at: emulator.time.now())
        var message = HTTPClientRequest(url: attempt.url)
        message.method = .POST
        message.headers.add(name: "content-type", value: "application/json; charset=utf-8")
        message.headers.add(name: "user-agent", value: "Stripe/1.0 (darkroom emulator)")
        message.headers.add(name: StripeSignature.header, value: signature.text)
        message.body = .bytes(attempt.body)
        do {
            return .responded(Int(try await client.execute(message, timeout: Self.timeout).status.code))
        } catch {
            return .failed("\(error)")
        }
    }

    private func record(_ attempt: Attempt, _ outcome: Outcome) async throws {
        let (status, error): (Int?, String?) =
            switch outcome {
            case .responded(let status): (status, nil)
            case .failed(let reason): (nil, reason)
            }
        let delivery = attempt.delivery
        let isDelivered = status.map { (200..<300).contains($0) } ?? false
        let state: Delivery.State =
            isDelivered ? .delivered : delivery.attempts >= settings.webhookAttempts ? .abandoned : .due
        let next = emulator.time.now() + settings.webhookPause * (1 << min(delivery.attempts - 1, 12))
        try await emulator.database.write(order: .alone) { transaction in
            try transaction.recordDelivery(delivery.number, state, status: status, error: error, dueAt: next)
        }
        logger.info("webhook sent", metadata: [
            "event": "\(delivery.event)", "attempt": "\(delivery.attempts)",
            "outcome": "\(status.map { String($0) } ?? error ?? "")",
        ])
    }
}
