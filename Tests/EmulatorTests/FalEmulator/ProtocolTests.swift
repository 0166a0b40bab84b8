import Core
import Foundation
import Testing
@testable import FalEmulator

/// What the protocol sheet's conformance list requires of a server that clients use in place of fal.
struct ProtocolTests {
    private let small: JSON = ["prompt": "a park", "image_size": ["width": 64, "height": 48]]

    @Test func `the response to a submission has canonical URLs and a queue position`() async throws {
        try await FalWorld.with { world in
            let response = try await world.submit(small)

            let base = "\(world.url)/fal-ai/flux/requests/\(response.requestID)"
            #expect(response.responseURL == base)
            #expect(response.statusURL == base + "/status")
            #expect(response.cancelURL == base + "/cancel")
            #expect(response.status == .inQueue && response.queuePosition == 0)
        }
    }

    @Test func `status is 202 in the queue and in progress, and 200 once completed`() async throws {
        try await FalWorld.with { world in
            let queued = try await world.submit(["prompt": "sandbox:queue=3600 a park"])
            let running = try await world.submit(["prompt": "sandbox:never a park"])
            let done = try await world.submit(small)
            _ = try await world.end(of: done)

            let first = try await world.send(.get, queued.statusURL)
            let second = try await world.send(.get, running.statusURL)
            let third = try await world.send(.get, done.statusURL + "/?logs=true")

            #expect(first.status == 202)
            #expect(try first.json()["status"] == "IN_QUEUE")
            #expect(try first.json()["queue_position"]?.integer ?? 0 > 3000)
            #expect(second.status == 202)
            #expect(try second.json().object?.keys.contains("logs") == true || second.json()["status"] == "IN_QUEUE")
            #expect(third.status == 200)
            #expect(try third.json()["status"] == "COMPLETED")
            #expect(try third.json()["logs"]?.array?.isEmpty == false)
            #expect(try third.json()["metrics"]?["inference_time"] != nil)
        }
    }

    @Test func `the result is the bare output, under both paths and with a trailing slash`() async throws {
        try await FalWorld.with { world in
            let request = try await world.submit(small)
            _ = try await world.end(of: request)

            let responses = [
                try await world.send(.get, request.responseURL), try await world.send(.get, request.responseURL + "/"),
                try await world.send(.get, request.responseURL + "/response"),
            ]

            for response in responses {
                #expect(response.status == 200)
                #expect(response.header("x-fal-request-id") == request.requestID)
                #expect(response.header("x-fal-billable-units") == "1")
                #expect(try response.json()["images"]?.array?.count == 1)
                #expect(try response.json()["prompt"] == "a park")
            }
        }
    }

    @Test func `a file has the size and format asked for and the type that its bytes have`() async throws {
        try await FalWorld.with { world in
            var input = try #require(small.object)
            input["output_format"] = "png"
            let file = try #require(try await world.result(.object(input)).json()["images"]?.array?.first)

            let response = try await world.send(.get, try #require(file["url"]?.string), key: nil)

            let info = try PictureInfo(inspecting: response.bytes)
            #expect(response.header("content-type") == "image/png")
            #expect(info.format == .png && info.width == 64 && info.height == 48)
            #expect(file["width"] == 64 && file["content_type"] == "image/png")
            #expect(file["file_size"]?.integer == Int64(response.bytes.count))
        }
    }

    @Test func `an unknown request is NOT_FOUND, also under another app's name`() async throws {
        try await FalWorld.with { world in
            let request = try await world.submit(small)
            let paths = [
                "/fal-ai/flux/requests/01900000-0000-7000-8000-000000000000/status",
                "/fal-ai/birefnet/requests/\(request.requestID)/status",
                "/fal-ai/birefnet/requests/\(request.requestID)",
            ]
            for path in paths {
                let response = try await world.send(.get, path)
                #expect(response.status == 404)
                #expect(try response.json() == ["status": "NOT_FOUND"])
            }
            #expect(try await world.send(.put, paths[1].replacing("/status", with: "/cancel")).status == 404)
        }
    }

    @Test func `a request in progress has no result yet, and can be cancelled once`() async throws {
        try await FalWorld.with { world in
            let request = try await world.submit(["prompt": "sandbox:never"])

            #expect(try await world.send(.get, request.responseURL).status == 400)
            let cancel = try await world.send(.put, request.cancelURL)
            let again = try await world.send(.put, request.cancelURL)
            let status = try await world.end(of: request)
            let result = try await world.send(.get, request.responseURL)

            #expect(cancel.status == 202)
            #expect(try cancel.json() == ["status": "CANCELLATION_REQUESTED"])
            #expect(again.status == 400)
            #expect(try again.json() == ["status": "ALREADY_COMPLETED"])
            #expect(status.error != nil && status.errorType == "client_cancelled")
            #expect(result.status == 499)
            #expect(result.header("x-fal-error-type") == "client_cancelled")
        }
    }

    @Test func `no key, a wrong key, an unknown app and a body that is no object are refused`() async throws {
        try await FalWorld.with({ $0.key = "right" }) { world in
            let body = Array(small.text.utf8)
            let path = "/" + FalWorld.flux

            #expect(try await world.send(.post, path, body, key: nil).status == 401)
            #expect(try await world.send(.post, path, body, key: "wrong").status == 401)
            #expect(try await world.send(.get, "/sandbox/requests", key: nil).status == 401)
            #expect(try await world.send(.post, path, body, key: "right").status == 200)
            #expect(try await world.send(.post, "/fal-ai/nothing", body, key: "right").status == 404)
            for broken in ["", "{", "[]", "7"] {
                let response = try await world.send(.post, path, Array(broken.utf8), key: "right")
                #expect(response.status == 422)
                #expect(try response.json()["detail"]?.array?.first?["type"] == "json_invalid")
            }
            let list = try await world.send(.get, "/sandbox/requests", key: "right")
            #expect(try list.json()["requests"]?.array?.count == 1)
        }
    }

    @Test func `an input that the model refuses is accepted, and its result is the model's complaint`() async throws {
        try await FalWorld.with { world in
            let request = try await world.submit(["num_images": 9])
            let status = try await world.end(of: request)
            let result = try await world.send(.get, request.responseURL)

            #expect(status.error == "Invalid status code: 422")
            #expect(result.status == 422)
            let body = try JSONDecoder().decode(FalErrorBody.self, from: Data(result.bytes))
            #expect(Set(body.types) == ["missing", "less_than_equal"])
        }
    }

    @Test func `the synchronous call has its own prefix and returns the output`() async throws {
        try await FalWorld.with { world in
            let response = try await world.post("/run/" + FalWorld.flux, small)
            #expect(response.status == 200)
            #expect(response.header("x-fal-request-id") != nil)
            #expect(try response.json()["images"]?.array?.count == 1)
        }
    }

    @Test func `a queue that is too long refuses, and a request that waited too long times out`() async throws {
        try await FalWorld.with { world in
            _ = try await world.submit(["prompt": "sandbox:queue=3600"])
            let full = try await world.post("/\(FalWorld.flux)?fal_max_queue_length=0", small)
            let waiting = try await world.submit(
                ["prompt": "sandbox:queue=1"], headers: [("X-Fal-Request-Timeout", "0.1")])

            #expect(full.status == 429)
            #expect(try await world.end(of: waiting).errorType == "request_timeout")
            #expect(try await world.send(.get, waiting.responseURL).status == 504)
        }
    }

    @Test func `a fixed output is small, real, and the same for all`() async throws {
        try await FalWorld.with({ $0.fixedOutput = true }) { world in
            let one = try await world.result(["prompt": "one"]).json()
            let two = try await world.result(["prompt": "two", "num_images": 2]).json()
            let url = try #require(one["images"]?.array?.first?["url"]?.string)
            let bytes = try await world.send(.get, url).bytes

            #expect(two["images"]?.array?.map { $0["url"]?.string } == [url, url])
            #expect((6_000...16_000).contains(bytes.count))
            #expect(try PictureInfo(inspecting: bytes).format == .jpeg)
        }
    }
}
