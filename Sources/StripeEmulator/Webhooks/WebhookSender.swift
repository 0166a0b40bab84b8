import AsyncHTTPClient
import Core
import Logging
import NIOCore
import NIOHTTP1
import SQL
import ServiceLifecycle

/// Delivers events: one at a time to each endpoint, signed anew for each attempt, and repeated with growing pauses.
struct WebhookSender: Service {
    let standIn: Emulator
    let client: HTTPClient
    let settings: Server.Settings
    let logger: Logger

    /// One attempt, written out in the version of its endpoint.
    private struct Letter: Sendable {
        let delivery: Delivery
        let url: String
        let secret: String
        let body: [UInt8]
    }

    private enum Outcome {
        case answered(Int)
        case failed(String)
    }

    /// An attempt that is never reported, because the process ended, is due again after this.
    private static var lease: Duration { .seconds(60) }
    private static var patience: TimeAmount { .seconds(20) }

    func run() async throws {
        let now = standIn.time.now()
        try await standIn.database.write(order: .alone) { try $0.resumeDeliveries(now: now, lease: now + Self.lease) }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let wait: Duration
                do {
                    wait = try await runOnce()
                } catch {
                    if !(error is CancellationError) { logger.error("webhooks could not be delivered", metadata: ["error": "\(error)"]) }
                    wait = .seconds(1)
                }
                await standIn.deliveryBell.wait(atMost: wait, standIn.time)
            }
        }
    }

    /// Makes the attempts that are due. Answers how long to wait for the next ring.
    func runOnce() async throws -> Duration {
        let (now, baseURL) = (standIn.time.now(), try await standIn.baseURL())
        let letters = try await standIn.database.write(order: .alone) { transaction in
            try transaction.takeDeliveries(now: now, until: now + Self.lease).compactMap { try letter($0, transaction, baseURL) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for letter in letters { group.addTask { try await note(letter, await send(letter)) } }
            try await group.waitForAll()
        }
        if !letters.isEmpty { return .zero }
        guard let next = try await standIn.database.read({ try $0.firstDeliveryDue() }) else { return .seconds(5) }
        return min(max(next - standIn.time.now(), .milliseconds(5)), .seconds(5))
    }

    private func letter(_ delivery: Delivery, _ transaction: Transaction, _ baseURL: String) throws -> Letter? {
        guard let endpoint = try transaction.object(delivery.endpoint, as: WebhookEndpoint.self),
            let event = try transaction.object(delivery.event, as: Event.self)
        else { return nil }
        let renderer = Renderer(
            transaction: transaction, version: endpoint.version ?? settings.rules.version, baseURL: baseURL)
        return Letter(delivery: delivery, url: endpoint.url, secret: endpoint.secret, body: Array(try renderer.json(event).text.utf8))
    }

    private func send(_ letter: Letter) async -> Outcome {
        let signature = StripeSignature(of: letter.body, secrets: [letter.secret], at: standIn.time.now())
        var message = HTTPClientRequest(url: letter.url)
        message.method = .POST
        message.headers.add(name: "content-type", value: "application/json; charset=utf-8")
        message.headers.add(name: "user-agent", value: "Stripe/1.0 (darkroom stand-in)")
        message.headers.add(name: StripeSignature.header, value: signature.text)
        message.body = .bytes(letter.body)
        do {
            return .answered(Int(try await client.execute(message, timeout: Self.patience).status.code))
        } catch {
            return .failed("\(error)")
        }
    }

    private func note(_ letter: Letter, _ outcome: Outcome) async throws {
        let (status, error): (Int?, String?) =
            switch outcome {
            case .answered(let status): (status, nil)
            case .failed(let words): (nil, words)
            }
        let delivery = letter.delivery
        let isDelivered = status.map { (200..<300).contains($0) } ?? false
        let state: Delivery.State =
            isDelivered ? .delivered : delivery.attempts >= settings.webhookAttempts ? .givenUp : .due
        let next = standIn.time.now() + settings.webhookPause * (1 << min(delivery.attempts - 1, 12))
        try await standIn.database.write(order: .alone) { transaction in
            try transaction.noteDelivery(delivery.number, state, status: status, error: error, dueAt: next)
        }
        logger.info("webhook sent", metadata: [
            "event": "\(delivery.event)", "attempt": "\(delivery.attempts)", "outcome": "\(status.map { String($0) } ?? error ?? "")",
        ])
    }
}
