import AsyncHTTPClient
import Core
import Foundation
import Testing
@testable import FalEmulator

struct FaultTests {
    private func input(_ fault: String, images: Int64 = 1) -> JSON {
        [
            "prompt": .string("a park sandbox:\(fault)"), "num_images": .integer(images),
            "image_size": ["width": 64, "height": 48],
        ]
    }

    @Test func `locked refuses the submission as fal does an account without money`() async throws {
        try await FalWorld.with { world in
            let response = try await world.post("/" + FalWorld.flux, input("locked"))
            #expect(response.status == 403)
            #expect(try response.json()["detail"]?.string?.hasPrefix("User is locked.") == true)
        }
    }

    @Test func `429 refuses with Retry-After, so many times or always`() async throws {
        try await FalWorld.with { world in
            let path = "/" + FalWorld.flux
            for expected in [429, 429, 200] {
                let response = try await world.post(path, input("429=2"))
                #expect(response.status == expected)
                #expect(response.header("retry-after") == (expected == 429 ? "1" : nil))
            }
            for _ in 0..<5 { #expect(try await world.post(path, input("429")).status == 429) }
        }
    }

    @Test func `500-then-ok fails once for an input, and again the next time round`() async throws {
        try await FalWorld.with { world in
            for expected in [500, 200, 500, 200] {
                #expect(try await world.post("/" + FalWorld.flux, input("500-then-ok")).status == expected)
            }
            let other = try await world.send(
                .post, "/" + FalWorld.flux, Array(input("500-then-ok").text.utf8), key: "another")
            #expect(other.status == 500)
        }
    }

    @Test func `policy and error are completed with an error, each in its own shape`() async throws {
        try await FalWorld.with { world in
            let policy = try await world.result(input("policy"))
            let error = try await world.result(input("error"))

            #expect(policy.status == 422)
            #expect(try policy.json()["detail"]?.array?.first?["type"] == "content_policy_violation")
            #expect(error.status == 500)
            #expect(try error.json()["error_type"] == "runner_server_error")
        }
    }

    @Test func `flagged outputs are marked and black, all or so many`() async throws {
        try await FalWorld.with { world in
            let all = try await world.result(input("flagged", images: 2)).json()
            let one = try await world.result(input("flagged=1", images: 2)).json()

            #expect(all["has_nsfw_concepts"] == [true, true])
            #expect(one["has_nsfw_concepts"] == [true, false])
            let url = try #require(all["images"]?.array?.first?["url"]?.string)
            let picture = try Picture(decoding: try await world.send(.get, url).bytes, atMost: 10_000)
            let upper = try picture.cropped(x: 0, y: 0, width: 64, height: 24).pixels()
            #expect(upper.allSatisfy { $0 < 8 })
        }
    }

    @Test func `partial gives half of the images, rounded up`() async throws {
        try await FalWorld.with { world in
            for count: Int64 in [3, 4] {
                let result = try await world.result(input("partial", images: count)).json()
                #expect(result["images"]?.array?.count == 2)
            }
        }
    }

    @Test func `a dead link is a 404 and a truncated file breaks off`() async throws {
        try await FalWorld.with { world in
            let dead = try await world.result(input("dead-link")).json()["images"]?.array?.first?["url"]?.string
            let cut = try await world.result(input("truncated")).json()["images"]?.array?.first?["url"]?.string

            #expect(try await world.send(.get, try #require(dead)).status == 404)
            let address = try #require(cut)
            await #expect(throws: (any Error).self) { try await world.send(.get, address) }
        }
    }

    @Test func `no-answer drops the connection and still completes the request`() async throws {
        try await WebhookReceiver.with { receiver, hook in
            try await FalWorld.with { world in
                await #expect(throws: (any Error).self) { try await world.submit(input("no-answer"), webhook: hook) }
                let delivery = try await receiver.next()
                #expect(try delivery.message()["status"] == "OK")
                let list = try await world.send(.get, "/sandbox/requests").json()["requests"]?.array
                #expect(list?.count == 1)
                #expect(list?.first?["webhook_url"]?.string == hook)
            }
        }
    }

    @Test func `cancel-refused runs to its end`() async throws {
        try await FalWorld.with { world in
            let request = try await world.submit(input("cancel-refused sandbox:slow=1"))
            #expect(try await world.send(.put, request.cancelURL).status == 400)
            #expect(try await world.end(of: request).error == nil)
        }
    }

    @Test func `slow and never do not count toward the concurrency limit`() async throws {
        try await FalWorld.with({ $0.concurrency = 1 }) { world in
            let never = try await world.submit(input("never"))
            let slow = try await world.submit(input("slow=600"))
            let quick = try await world.submit(["prompt": "a park", "image_size": ["width": 64, "height": 48]])

            #expect(try await world.end(of: quick).error == nil)
            #expect(try await world.send(.get, never.statusURL).json()["status"] == "IN_PROGRESS")
            #expect(try await world.send(.get, slow.statusURL + "?logs=1").json()["logs"]?.array?.isEmpty == false)
        }
    }

    @Test func `faults can come from a header or a setting`() async throws {
        try await FalWorld.with({ $0.script = FaultScript(list: "partial") ?? FaultScript() }) { world in
            #expect(try await world.result(input("none", images: 4)).json()["images"]?.array?.count == 2)
            let picture: JSON = ["image_url": "data:image/png;base64,AAAA"]
            let refused = try await world.result(
                picture, app: "fal-ai/birefnet", headers: [("X-Sandbox-Fault", "policy")])
            #expect(try refused.json()["detail"]?.array?.first?["type"] == "content_policy_violation")
        }
    }
}
