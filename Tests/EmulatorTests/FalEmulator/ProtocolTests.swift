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

    @Test func `beyond the concurrency limit requests wait in line, and move up when one before them is cancelled`()
        async throws
    {
        try await FalWorld.with({ ($0.concurrency, $0.duration) = (1, .seconds(600)) }) { world in
            let running = try await world.submit(small)
            try await world.wait(for: .inProgress, of: running)
            var waiting: [FalSubmitResponse] = []
            for _ in 0..<3 {
                waiting.append(try await world.submit(small))
                // Their ids sort by the millisecond.
                let accepted = Time.system.now()
                while Time.system.now() == accepted { await Task.yield() }
            }
            #expect(waiting.map(\.queuePosition) == [0, 1, 2])

            #expect(try await world.send(.put, waiting[0].cancelURL).status == 202)
            #expect(try await world.status(of: waiting[0]).errorType == "client_cancelled")
            #expect(try await world.listed(waiting[0])["started_at"] == .null)
            #expect(try await world.status(of: waiting[1]).queuePosition == 0)
            #expect(try await world.status(of: waiting[2]).queuePosition == 1)
            #expect(try await world.status(of: running).state == .inProgress)
        }
    }

    @Test(arguments: ["sandbox:queue=3600", "sandbox:never"])
    func `a cancel in the queue and in progress ends the request with a signed webhook of its own`(fault: String)
        async throws
    {
        try await WebhookReceiver.with { receiver, hook in
            try await FalWorld.with { world in
                let request = try await world.submit(["prompt": .string(fault)], webhook: hook)
                if fault == "sandbox:never" { try await world.wait(for: .inProgress, of: request) }
                #expect(try await world.send(.put, request.cancelURL).status == 202)

                let message = try await receiver.next().message()
                #expect(message["status"] == "ERROR" && message["error"] == "Request was cancelled")
                #expect(message["request_id"]?.string == request.requestID)
                #expect(message["payload"]?["error_type"] == "client_cancelled")
            }
        }
    }

    @Test func `what is completed cannot be cancelled, and keeps its result`() async throws {
        try await FalWorld.with { world in
            let request = try await world.submit(small)
            _ = try await world.end(of: request)
            let before = try await world.send(.get, request.responseURL).bytes

            #expect(try await world.send(.put, request.cancelURL).status == 400)
            #expect(try await world.status(of: request).error == nil)
            #expect(try await world.send(.get, request.responseURL).bytes == before)
        }
    }

    @Test func `logs are sent only to those who ask for them, and their member to all`() async throws {
        try await FalWorld.with { world in
            let request = try await world.submit(small)
            _ = try await world.end(of: request)
            for query in ["", "?logs=0", "?logs=false", "?logs=1", "?logs=true"] {
                let status = try await world.send(.get, request.statusURL + query).json()
                #expect(status["logs"]?.array?.isEmpty == !["?logs=1", "?logs=true"].contains(query), "\(query)")
            }
        }
    }

    @Test func `a stream of the status is of events, ends with the end, and is for known requests only`() async throws {
        try await FalWorld.with { world in
            let request = try await world.submit(small)
            let stream = try await world.send(.get, request.statusURL + "/stream")
            let events = String(decoding: stream.bytes, as: UTF8.self).split(separator: "\n\n")
            let unknown = request.statusURL.replacing(request.requestID, with: "01900000-0000-7000-8000-000000000000")

            #expect(stream.header("content-type") == "text/event-stream")
            #expect(events.allSatisfy { $0.hasPrefix("data: {") || $0.hasPrefix(": ") })
            #expect(events.last?.contains(#""status":"COMPLETED""#) == true)
            #expect(try await world.send(.get, unknown + "/stream").status == 404)
        }
    }

    /// `nan` is a number to some, and a header must not end the process.
    @Test(arguments: ["nan", "-nan", "inf", "1e300", "soon", ""])
    func `a time that is none does not keep a request from its end`(text: String) async throws {
        try await FalWorld.with { world in
            let request = try await world.submit(small, headers: [("X-Fal-Request-Timeout", text)])
            #expect(try await world.end(of: request).error == nil)
        }
    }

    @Test func `a body of more than 16 MB is refused, and nothing is accepted`() async throws {
        try await FalWorld.with { world in
            let body = [UInt8](repeating: 0x20, count: 16 * 1024 * 1024 + 1)
            let response = try await world.send(.post, "/" + FalWorld.flux, body)

            #expect(response.status == 413)
            #expect(response.header("x-fal-error-type") == "bad_request")
            #expect(try await world.send(.get, "/sandbox/requests").json()["requests"] == [])
        }
    }

    @Test func `the synchronous call returns the errors of the model and of the submission as they are`() async throws {
        try await FalWorld.with { world in
            let refused = try await world.post("/run/" + FalWorld.flux, ["num_images": 9])
            #expect(refused.status == 422)
            #expect(try refused.json()["detail"]?.array?.count == 2)
            #expect(try await world.post("/run/fal-ai/nothing", small).status == 404)
            #expect(try await world.post("/run/" + FalWorld.flux, ["prompt": "sandbox:locked"]).status == 403)
            #expect(try await world.post("/run/" + FalWorld.flux, ["prompt": "sandbox:never"]).status == 504)
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
