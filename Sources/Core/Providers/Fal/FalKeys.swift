import Crypto
import Foundation
import NIOCore
import NIOHTTP1

/// fal's public keys, held for at most 24 hours. A signature that fits none causes them to be fetched again, at most
/// once a minute, so that a change of keys is noticed and a forger cannot make us ask on and on.
actor FalKeys {
    private static let maximumAge: Duration = .seconds(86_400)
    private static let refreshInterval: Duration = .seconds(60)

    private let url: String
    private let http: FalHTTP
    private let time: Time
    private var held: (keys: [Curve25519.Signing.PublicKey], fetchedAt: Instant)?
    private var triedAt: Instant?
    /// The request under way, for which all wait that need the keys meanwhile.
    private var fetching: Task<Void, Never>?

    init(url: String, http: FalHTTP, time: Time) {
        self.url = url
        self.http = http
        self.time = time
    }

    func verify(_ signature: FalSignature, body: [UInt8]) async throws(WebhookRefusal) {
        let now = time.now()
        if held.map({ now - $0.fetchedAt > FalKeys.maximumAge }) ?? true { await fetch(now) }
        guard let held, now - held.fetchedAt <= FalKeys.maximumAge else { throw .keysUnavailable }
        do throws(WebhookRefusal) {
            try FalKeys.check(signature, body, held.keys, now)
        } catch .badSignature {
            await fetch(now)
            try FalKeys.check(signature, body, self.held?.keys ?? [], now)
        }
    }

    private static func check(
        _ signature: FalSignature, _ body: [UInt8], _ keys: [Curve25519.Signing.PublicKey], _ now: Instant
    ) throws(WebhookRefusal) {
        do throws(FalSignature.Refusal) {
            try signature.verify(body: body, keys: keys, now: now)
        } catch {
            switch error {
            case .malformed: throw .malformed
            case .stale: throw .stale
            case .forged: throw .badSignature
            }
        }
    }

    private func fetch(_ now: Instant) async {
        if let fetching { return await fetching.value }
        if held != nil, let triedAt, now - triedAt < FalKeys.refreshInterval { return }
        triedAt = now
        let task = Task { await load(now) }
        fetching = task
        await task.value
    }

    private func load(_ now: Instant) async {
        defer { fetching = nil }
        guard case .response(let response) = await http.send(.GET, url, timeout: .seconds(10), isPublic: true),
            response.status == 200, let keys = response.decode(FalKeySet.self)?.publicKeys, !keys.isEmpty
        else { return }
        held = (keys, now)
    }
}
