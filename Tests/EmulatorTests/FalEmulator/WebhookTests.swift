import Core
import Crypto
import Foundation
import Testing
@testable import FalEmulator

struct WebhookTests {
    private let small: JSON = ["prompt": "a park", "image_size": ["width": 64, "height": 48]]

    private func verify(_ delivery: WebhookReceiver.Delivery, _ world: FalWorld) async throws {
        let set = try await world.send(.get, "/.well-known/jwks.json", key: nil)
        let keys = try JSONDecoder().decode(FalKeySet.self, from: Data(set.bytes)).publicKeys
        try FalSignature(delivery.headers).verify(body: delivery.body, keys: keys, now: Time.system.now())
    }

    private func input(_ fault: String) -> JSON {
        ["prompt": .string("sandbox:\(fault) a park"), "image_size": ["width": 64, "height": 48]]
    }

    @Test func `a webhook carries the output and a signature that holds under the published keys`() async throws {
        try await WebhookReceiver.with { receiver, hook in
            try await FalWorld.with { world in
                let request = try await world.submit(small, webhook: hook)
                let delivery = try await receiver.next()

                try await verify(delivery, world)
                let message = try delivery.message()
                #expect(message["request_id"]?.string == request.requestID)
                #expect(message["status"] == "OK")
                #expect(try await message["payload"] == world.send(.get, request.responseURL).json())
                #expect(String(decoding: delivery.body, as: UTF8.self) == message.canonicalText)
            }
        }
    }

    @Test func `a webhook is repeated, signed again, until it is acknowledged, and then no more`() async throws {
        try await WebhookReceiver.with(responding: [500, 404]) { receiver, hook in
            try await FalWorld.with { world in
                let request = try await world.submit(small, webhook: hook)
                for _ in 0..<3 { try await verify(receiver.next(), world) }

                // The next webhook is that of a second request: there was no fourth for the first.
                let second = try await world.submit(small, webhook: hook)
                #expect(try await receiver.next().message()["request_id"]?.string == second.requestID)
                #expect(request.requestID != second.requestID)
            }
        }
    }

    @Test func `a redirect ends the delivery of a webhook`() async throws {
        try await WebhookReceiver.with(responding: [308]) { receiver, hook in
            try await FalWorld.with { world in
                _ = try await world.submit(small, webhook: hook)
                _ = try await receiver.next()
                let second = try await world.submit(small, webhook: hook)
                #expect(try await receiver.next().message()["request_id"]?.string == second.requestID)
            }
        }
    }

    @Test func `a lost webhook is never sent, and a doubled one is sent twice`() async throws {
        try await WebhookReceiver.with { receiver, hook in
            try await FalWorld.with { world in
                _ = try await world.end(of: world.submit(input("webhook-lost"), webhook: hook))
                let twice = try await world.submit(input("webhook-twice"), webhook: hook)
                for _ in 0..<2 {
                    let delivery = try await receiver.next()
                    try await verify(delivery, world)
                    #expect(try delivery.message()["request_id"]?.string == twice.requestID)
                }
            }
        }
    }

    @Test func `a webhook can arrive before the response to its submission`() async throws {
        try await WebhookReceiver.with { receiver, hook in
            try await FalWorld.with { world in
                let request = try await world.submit(input("webhook-first"), webhook: hook)
                #expect(receiver.count == 1)
                let delivery = try await receiver.next()
                try await verify(delivery, world)
                #expect(try delivery.message()["request_id"]?.string == request.requestID)
            }
        }
    }

    @Test(arguments: [("webhook-forged", FalSignature.Refusal.forged), ("webhook-stale", .stale)])
    func `a forged or stale webhook does not verify`(fault: String, refusal: FalSignature.Refusal) async throws {
        try await WebhookReceiver.with(responding: [401, 401]) { receiver, hook in
            try await FalWorld.with { world in
                _ = try await world.submit(input(fault), webhook: hook)
                for _ in 0..<2 {
                    let delivery = try await receiver.next()
                    await #expect(throws: refusal) { try await verify(delivery, world) }
                }
            }
        }
    }

    @Test func `a webhook of another account verifies, under that account's name`() async throws {
        try await WebhookReceiver.with { receiver, hook in
            try await FalWorld.with { world in
                _ = try await world.submit(small, webhook: hook)
                let own = try await FalSignature(receiver.next().headers).userID
                _ = try await world.submit(input("webhook-stranger"), webhook: hook)
                let delivery = try await receiver.next()
                try await verify(delivery, world)
                let name = try FalSignature(delivery.headers).userID
                #expect(name != own)
            }
        }
    }
}
