import Core
import HTTPTypes
import SQL
import TestSupport
import Testing

/// `POST /api/generate` and `POST /api/estimate`.
struct GenerateTests {
    private static let prompt: JSON = ["prompt": "a red dress"]

    /// A body, and the status, the code and the field of its refusal.
    private static let noRequests: [(String, Int, String, String?)] = [
        ("", 400, "invalid_json", nil), ("{", 400, "invalid_json", nil), ("[]", 400, "invalid_json", nil),
        ("null", 400, "invalid_json", nil),
        (#"{"kind": 5, "prompt": "a"}"#, 422, "invalid_parameter", "kind"),
        (#"{"endpoint": true, "prompt": "a"}"#, 422, "invalid_parameter", "endpoint"),
        (#"{"kind": "poem"}"#, 422, "unknown_kind", "kind"),
        (#"{"prompt": "a", "endpoint": "nowhere"}"#, 422, "unknown_endpoint", "endpoint"),
        ("{}", 422, "missing_parameter", "prompt"),
        (#"{"prompt": "a", "color": "red"}"#, 422, "unknown_parameter", "color"),
        (#"{"prompt": "a", "negativePrompt": "b"}"#, 422, "parameter_not_supported", "negativePrompt"),
        (#"{"jobs": []}"#, 422, "invalid_parameter", "jobs"), (#"{"jobs": null}"#, 422, "invalid_parameter", "jobs"),
        (#"{"jobs": [{"prompt": "a"}], "kind": "text_to_image"}"#, 422, "invalid_parameter", "jobs"),
        (#"{"jobs": [{"prompt": "a"}, 5]}"#, 400, "invalid_json", "jobs.1"),
        (#"{"jobs": [{"prompt": "a"}, {"kind": 5}]}"#, 422, "invalid_parameter", "jobs.1.kind"),
        (#"{"jobs": [{"prompt": "a"}, {"kind": "poem"}]}"#, 422, "unknown_kind", "jobs.1.kind"),
        (#"{"jobs": [{"prompt": "a"}, {"prompt": "b"}, {}]}"#, 422, "missing_parameter", "jobs.2.prompt"),
    ]

    @Test func `a body that is no request is refused by its field, also of an estimate`() async throws {
        try await AccountWorld.run { app in
            let before = try await app.get("/credits/history").text
            for (body, status, code, field) in Self.noRequests {
                for route in ["/generate", "/estimate"] {
                    let response = try await app.send(.post, route, text: body)
                    #expect(response.status == status && response.code == code, "\(route) \(body)")
                    #expect(response["error"]?["field"]?.string == field, "\(route) \(body)")
                    #expect(response["error"]?["message"]?.string?.isEmpty == false)
                }
            }
            #expect(try await app.get("/jobs")["jobs"] == [])
            #expect(try await app.get("/credits/history").text == before)
        }
    }

    @Test func `a list has at most twenty jobs, and a body a bound`() async throws {
        try await AccountWorld.run(credits: 200) { app in
            let many = try await app.send(.post, "/generate", jobs(21))
            let endless = try await app.send(.post, "/generate", jobs(300))
            let large = try await app.send(
                .post, "/generate", ["prompt": .string(String(repeating: "a", count: 15 << 20))])
            let twenty = try await app.send(.post, "/generate", jobs(20))

            for response in [many, endless] {
                #expect(response.status == 422 && response.code == "invalid_parameter")
                #expect(response["error"]?["field"] == "jobs")
            }
            #expect(large.status == 413 && large.code == "body_too_large")
            #expect(twenty.status == 202 && twenty["jobs"]?.array?.count == 20)
        }
    }

    @Test func `an error repeats little of what was sent, however few characters that is`() async throws {
        // 10 KB, and one character as people see it.
        let long = "x" + String(repeating: "\u{301}", count: 5000)
        try await AccountWorld.run { app in
            for body in [
                ["prompt": "a", long: 1], ["kind": .string(long)], ["prompt": "a", "endpoint": .string(long)],
                ["jobs": [["prompt": "a", long: 1]]], ["prompt": "a", "quality": .string(long)],
                ["prompt": "a", "aspectRatio": .string(long)],
            ] as [JSON] {
                for route in ["/generate", "/estimate"] {
                    let response = try await app.send(.post, route, body)
                    #expect(response.status == 422 && response.text.utf8.count < 1000, "\(response.text.prefix(500))")
                }
            }
            let name = long.percentEncoded
            for response in [
                try await app.get("/jobs?\(name)=1"), try await app.get("/jobs?status=\(name)"),
                try await app.get("/jobs?cursor=\(name)"), try await app.get("/credits/balance?\(name)"),
                try await app.send(.put, "/limits/account", [long: 1]),
            ] {
                #expect(response.status == 422 && response.text.utf8.count < 1000, "\(response.text.prefix(500))")
            }
        }
    }

    @Test(arguments: TestEngine.available)
    func `a list of jobs with long prompts comes in pages of a megabyte`(on engine: TestEngine) async throws {
        try await AccountWorld.run(on: engine, credits: 200) { app in
            let ids = Set(try await app.send(.post, "/generate", jobs(20))["jobs"]?.array?.map { $0["id"] } ?? [])
            // As an earlier version admitted them.
            let parameters = JSON.object(["prompt": .string(String(repeating: "a", count: 200_000))]).text
            _ = try await app.world.database.write(order: .alone) {
                try $0.execute("UPDATE jobs SET parameters = $1", parameters)
            }
            var (seen, sizes, cursor): ([JSON?], [Int], String?) = ([], [], "")
            while let next = cursor, sizes.count < 10 {
                let page = try await app.get("/jobs?limit=100" + (next.isEmpty ? "" : "&cursor=\(next)"))
                seen += page["jobs"]?.array?.map { $0["id"] } ?? []
                sizes.append(page.text.utf8.count)
                cursor = page["nextCursor"]?.string
            }

            #expect(seen.count == 20 && Set(seen) == ids)
            #expect(sizes.count == 4 && sizes.allSatisfy { (1_000_000..<1_050_000).contains($0) }, "\(sizes)")
        }
    }

    @Test func `a job is shown as it was admitted, alone or in the order of the list`() async throws {
        try await AccountWorld.run { app in
            let one = try await app.send(.post, "/generate", ["kind": nil, "prompt": " a red dress ", "seed": 7])
            let list: JSON = ["jobs": [["prompt": "a"], ["prompt": "b", "quality": "hd", "numImages": 2]]]
            let two = try await app.send(.post, "/generate", list)

            let job = try #require(one["job"])
            #expect(one.status == 202 && one["jobs"] == nil && two.status == 202 && two["job"] == nil)
            #expect(one.header("Cache-Control") == "no-store")
            #expect(one.header("Location") == "/api/jobs/\(job["id"]?.string ?? "")")
            #expect(two.header("Location") == "/api/jobs", "the list that begins with them")
            #expect(job["kind"] == "text_to_image" && job["endpoint"] == "fal-ai/flux/schnell")
            #expect(job["status"] == "queued" && job["estimatedCredits"] == 6 && job["numImages"] == 1)
            #expect(job["attempts"] == 0 && job["createdAt"]?.string == app.world.clock.now.text)
            let parameters: JSON = [
                "prompt": "a red dress", "seed": 7, "resolution": "1024x1024", "width": 1024, "height": 1024,
                "quality": "standard", "numImages": 1, "format": "png",
            ]
            #expect(job["parameters"] == parameters)
            // What is not known yet is left out.
            for name in ["startedAt", "endedAt", "deadlineAt", "error", "delivered", "retryOf", "heldFor"] {
                #expect(job[name] == nil, "\(name)")
            }
            #expect(two["jobs"]?.array?.map { $0["parameters"]?["prompt"] } == ["a", "b"])
            #expect(two["jobs"]?.array?.map { $0["estimatedCredits"] } == [6, 24])
        }
    }

    /// What is done to the account, and the status, the code, `Retry-After` and the details of the refusal.
    @Test(arguments: [
        ("UPDATE accounts SET disabled_at = 1", 403, "account_disabled", nil, [:]),
        ("UPDATE plans SET jobs_per_hour = 1", 429, "rate_limited", "3540", ["limit": 1]),
        (
            "UPDATE lots SET expires_at = 1", 402, "insufficient_credits", nil,
            ["required": 6, "available": 0]
        ),
    ] as [(Statement, Int, String, String?, [String: JSON])])
    func `a refusal says what is missing, and when to try again`(
        change: Statement, status: Int, code: String, retryAfter: String?, details: [String: JSON]
    ) async throws {
        try await AccountWorld.run { app in
            _ = try await app.send(.post, "/generate", Self.prompt)
            app.world.clock.advance(by: .seconds(60))
            try await app.change(change)

            let response = try await app.send(.post, "/generate", Self.prompt)

            #expect(response.status == status && response.code == code)
            #expect(response.header("Retry-After") == retryAfter)
            for (name, value) in details { #expect(response["error"]?[name] == value, "\(name)") }
            #expect(try await app.get("/jobs")["jobs"]?.array?.count == 1)
        }
    }

    @Test func `an account on hold has its jobs wait, and no more than a hundred`() async throws {
        try await AccountWorld.run(credits: 1_000) { app in
            try await app.change("UPDATE accounts SET held_at = 1, hold_reason = 'operator'")
            for _ in 0..<5 { #expect(try await app.send(.post, "/generate", jobs(20)).status == 202) }

            let response = try await app.send(.post, "/generate", Self.prompt)
            let held = try await app.get("/jobs?limit=1")["jobs"]?.array?.first

            #expect(response.status == 429 && response.code == "queue_full")
            #expect(response["error"]?["limit"] == 100 && response.header("Retry-After") == "10")
            #expect(held?["status"] == "pending" && held?["heldFor"] == "account_held")
        }
    }

    @Test(arguments: TestEngine.available)
    func `the same request again gets the stored response, whatever has happened since`(
        on engine: TestEngine
    ) async throws {
        try await AccountWorld.run(on: engine) { app in
            let headers = ["Idempotency-Key": "order 66"]
            let first = try await app.send(.post, "/generate", Self.prompt, headers: headers)
            try await app.finish()
            try await app.change("UPDATE accounts SET disabled_at = 1")
            let again = try await app.send(.post, "/generate", Self.prompt, headers: headers)
            let other = try await app.send(.post, "/generate", ["prompt": "a blue dress"], headers: headers)
            let list = try await app.send(.post, "/generate", ["jobs": [Self.prompt]], headers: headers)

            #expect(first.status == 202 && first.header("Idempotent-Replayed") == nil)
            #expect(again.status == 202 && again.header("Idempotent-Replayed") == "true")
            // Its status is that of then, and not `completed`.
            #expect(again.text == first.text && again["job"]?["status"] == "queued")
            #expect(again.text.hasSuffix("}\n"))
            #expect(again.header("Content-Type") == first.header("Content-Type"))
            #expect(again.header("Cache-Control") == "no-store")
            #expect(first.header("Location") != nil && again.header("Location") == first.header("Location"))
            for refused in [other, list] {
                #expect(refused.status == 409 && refused.code == "idempotency_key_reused")
                #expect(refused["error"]?["field"] == "Idempotency-Key")
            }
            #expect(try await app.get("/jobs")["jobs"]?.array?.count == 1)
        }
    }

    @Test(arguments: TestEngine.available)
    func `the same request in another spelling gets the stored response, and so does one of an earlier version`(
        on engine: TestEngine
    ) async throws {
        try await AccountWorld.run(on: engine) { app in
            let body = #"{"prompt": "a red dress", "seed": 7, "numImages": 1}"#
            func generate(_ text: String) async throws -> JSONResponse {
                try await app.send(.post, "/generate", text: text, headers: ["Idempotency-Key": "one"])
            }
            let first = try await generate(body)
            for spelling in [
                #"{"numImages":1.0,"prompt":"\u0061 red dress","seed":7}"#,
                #"{ "seed" : 7e0, "numImages": 1, "prompt": "a red dress" }"#,
            ] {
                let again = try await generate(spelling)
                #expect(again.status == 202 && again.text == first.text, "\(spelling)")
            }
            #expect(try await generate(#"{"prompt": "a red dress", "seed": 8, "numImages": 1}"#).status == 409)

            // As an earlier version stored it.
            let hash = Idempotency.hash(Array(body.utf8))
            _ = try await app.world.database.write(order: .alone) {
                try $0.execute("UPDATE idempotency_keys SET body_hash = $1", hash)
            }
            #expect(try await generate(body).text == first.text)
            #expect(try await generate(body + " ").code == "idempotency_key_reused")
            #expect(try await app.get("/jobs")["jobs"]?.array?.count == 1)
        }
    }

    @Test func `a key is its account's own, free after a refusal, and forgotten after a day`() async throws {
        try await AccountWorld.run(credits: 5) { app in
            let headers = ["Idempotency-Key": "one"]
            let poor = try await app.send(.post, "/generate", Self.prompt, headers: headers)
            let bobs = try await app.send(.post, "/generate", Self.prompt, as: "bob", headers: headers)
            let now = app.world.clock.now
            try await app.world.database.write(order: .alone) {
                try $0.ledger.grant(.bonus, .whole(7), to: app.ada.account, key: "more", now: now)
            }
            let adas = try await app.send(.post, "/generate", Self.prompt, headers: headers)
            app.world.clock.advance(by: .seconds(86_400))
            let tomorrow = try await app.send(.post, "/generate", ["prompt": "a blue dress"], headers: headers)

            #expect([poor, bobs, adas, tomorrow].map(\.status) == [402, 202, 202, 202])
            let ids = [bobs, adas, tomorrow].map { $0["job"]?["id"]?.string ?? "" }
            #expect(Set(ids).count == 3)
            #expect([poor, bobs, adas, tomorrow].allSatisfy { $0.header("Idempotent-Replayed") == nil })
        }
    }

    @Test(arguments: ["", String(repeating: "k", count: 256), "schlüssel", "tab\there"])
    func `a key that cannot be one is refused before anything is done`(key: String) async throws {
        try await AccountWorld.run { app in
            let response = try await app.send(.post, "/generate", Self.prompt, headers: ["Idempotency-Key": key])

            #expect(response.status == 400 && response.code == "invalid_idempotency_key")
            #expect(response["error"]?["field"] == "Idempotency-Key")
            #expect(try await app.get("/jobs")["jobs"] == [])
        }
    }

    @Test func `an estimate is the sum of its prices beside what there is, and takes nothing`() async throws {
        try await AccountWorld.run(credits: 29) { app in
            let one = try await app.send(.post, "/estimate", ["prompt": "a", "quality": "hd", "numImages": 2])
            let list = try await app.send(.post, "/estimate", ["jobs": [["prompt": "a", "numImages": 4], Self.prompt]])
            try await app.change("UPDATE accounts SET disabled_at = 1")
            let disabled = try await app.send(.post, "/estimate", Self.prompt)

            #expect(one.status == 200 && one["estimatedCredits"] == 24 && one["sufficient"] == true)
            #expect(one["availableCredits"] == 29 && one["estimatedSeconds"] == nil)
            let factors: JSON = [
                ["name": "resolution", "label": "up to 1024", "multiplier": "1"],
                ["name": "quality", "label": "hd", "multiplier": "2"],
                ["name": "complexity", "multiplier": "1"], ["name": "factor", "multiplier": "1.2"],
            ]
            let price: JSON = [
                "total": 24, "version": 1, "formula": "image", "base": 5, "count": 2, "factors": factors,
            ]
            #expect(one["prices"]?.array == [price])
            #expect(list["estimatedCredits"] == 30 && list["sufficient"] == false)
            #expect(list["prices"]?.array?.map { $0["total"] } == [24, 6])
            #expect(disabled.status == 200)
            #expect(try await app.get("/credits/balance")["reservedCredits"] == 0)
            #expect(try await app.get("/jobs")["jobs"] == [])
        }
    }

    @Test func `an estimate of the time is that of recent runs, in seconds begun`() async throws {
        try await AccountWorld.run { app in
            _ = try await app.send(.post, "/generate", Self.prompt)
            try await app.world.work()
            app.world.clock.advance(by: .milliseconds(2_001))
            app.world.provider.finishAll()
            try await app.world.work()

            let same = try await app.send(.post, "/estimate", Self.prompt)
            let other = try await app.send(.post, "/estimate", ["prompt": "a", "endpoint": "fal-ai/flux/dev"])

            #expect(same["estimatedSeconds"] == 3 && other["estimatedSeconds"] == nil)
        }
    }

    private func jobs(_ count: Int) -> JSON {
        ["jobs": .array(Array(repeating: Self.prompt, count: count))]
    }
}
