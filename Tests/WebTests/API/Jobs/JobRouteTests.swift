import Core
import Foundation
import HTTPTypes
import SQL
import TestSupport
import Testing
@testable import Web

/// What is shown of jobs, and what can be done with them.
struct JobRouteTests {
    private static let prompt: JSON = ["prompt": "a red dress"]
    private static let routes: [(HTTPRequest.Method, String)] = [
        (.get, "/generate/:id"), (.get, "/jobs/:id"), (.delete, "/jobs/:id"), (.post, "/jobs/:id/retry"),
        (.get, "/jobs/:id/events"),
    ]

    @Test(arguments: TestEngine.available, routes.indices)
    func `another account's job is as one that does not exist, on every route`(
        on engine: TestEngine, index: Int
    ) async throws {
        let (method, path) = Self.routes[index]
        try await AccountWorld.run(on: engine) { app in
            let id = try await app.submit()
            let before = try await app.get("/jobs/\(id)").text
            let unknown = ID<Job>.make(at: app.world.clock.now).rawValue

            for (user, id) in [("bob", id), ("ada", unknown), ("ada", "1"), ("ada", id + "0"), ("ada", "%00")] {
                let response = try await app.send(method, path.replacing(":id", with: id), as: user)

                #expect(response.status == 404 && response.code == "not_found", "\(user) \(id)")
                #expect(response["error"]?["message"] == "There is no job with this id in your account.")
            }
            let nobody = try await app.send(method, path.replacing(":id", with: id), as: nil)
            #expect(nobody.status == 401 && nobody.code == "unauthorized")
            #expect(nobody.header("WWW-Authenticate") == "Bearer")
            #expect(try await app.get("/jobs/\(id)").text == before)
            #expect(try await app.get("/jobs", as: "bob")["jobs"] == [])
        }
    }

    @Test func `a member and a key see and cancel the account's jobs, and an id may be in upper case`() async throws {
        try await AccountWorld.run { app in
            let id = try await app.submit()

            let seen = try await app.get("/jobs/\(id.uppercased())", as: "member")
            let byKey = try await app.send(.post, "/generate", Self.prompt, as: "key")
            let cancelled = try await app.send(.delete, "/jobs/\(id)", as: "key")

            #expect(seen.status == 200 && seen["job"]?["id"]?.string == id)
            #expect(byKey.status == 202 && cancelled.status == 200)
            #expect(try await app.get("/jobs", as: "member")["jobs"]?.array?.count == 2)
        }
    }

    @Test func `a job that waits shows its place, its price and what is set aside for it`() async throws {
        try await AccountWorld.run { app in
            _ = try await app.submit()
            let id = try await app.submit(["prompt": "a", "numImages": 2])

            let job = try await app.get("/jobs/\(id)")
            let result = try await app.get("/generate/\(id)")

            #expect(job["progress"] == ["queuePosition": "1", "logs": []] && job["attempts"] == [])
            #expect(job["outputs"] == [] && job["price"]?["total"] == 12 && job["price"]?["count"] == 2)
            let receipt = try #require(job["receipt"])
            #expect(receipt["reserved"] == 12 && receipt["captured"] == 0 && receipt["released"] == 0)
            #expect(receipt["settledAt"] == nil)
            #expect(receipt["transactions"]?.array?.map { $0["kind"] } == ["reserve"])
            #expect(result.json == ["id": .string(id), "status": "queued", "progress": job["progress"] ?? .null])
        }
    }

    @Test func `a job that is processed shows what its provider reports`() async throws {
        try await AccountWorld.run { app in
            let id = try await app.submit()
            try await app.world.work()
            let sent = try await app.get("/jobs/\(id)")
            app.world.provider.respondToPolls(with: .running(ProviderProgress(
                queuePosition: 4, percent: 40, logs: ["loading", "step 4 of 10"])))
            app.world.clock.advance(by: .seconds(2))
            try await app.world.work()

            let job = try await app.get("/jobs/\(id)")

            #expect(sent["progress"] == ["percent": 0, "isEstimate": true, "logs": []])
            #expect(job["progress"] == [
                "percent": 40, "isEstimate": false, "providerQueuePosition": 4, "logs": ["loading", "step 4 of 10"],
            ])
            let attempt = try #require(job["attempts"]?.array?.first)
            #expect(attempt["number"] == 1 && attempt["provider"] == "fake" && attempt["status"] == "submitted")
            #expect(attempt["requestId"]?.string == app.world.provider.requests.first?.id)
            #expect(attempt["error"] == nil && attempt["respondedAt"] == nil && attempt["endedAt"] == nil)
            #expect(job["job"]?["deadlineAt"]?.string == (app.world.clock.now + .seconds(3_598)).text)
        }
    }

    @Test func `a completed job shows its outputs by links, and what was paid for them`() async throws {
        try await AccountWorld.run { app in
            let id = try await app.submit(["prompt": "a", "numImages": 3])
            try await app.finish(missing: 1)
            let now = app.world.clock.now.text

            let job = try await app.get("/jobs/\(id)")
            let result = try await app.get("/generate/\(id)")

            #expect(job["job"]?["status"] == "completed" && job["job"]?["delivered"] == 2)
            #expect(job["job"]?["endedAt"]?.string == now && job["progress"]?["percent"] == 100)
            let receipt = try #require(job["receipt"])
            #expect(receipt["reserved"] == 18 && receipt["captured"] == 12 && receipt["released"] == 6)
            #expect(receipt["settledAt"]?.string == now)
            let lines = receipt["transactions"]?.array ?? []
            #expect(lines.map { $0["kind"] } == ["reserve", "capture", "release"])
            #expect(lines.map { $0["availableAfter"] } == [82, 82, 88])
            #expect(lines.map { $0["reservedAfter"] } == [18, 6, 0] && lines.allSatisfy { $0["jobId"]?.string == id })
            let listed = try await app.get("/jobs")["jobs"]?.array?.first
            #expect(listed?["outputs"] == job["outputs"] && listed?["id"]?.string == id)
            #expect(listed?["receipt"] == ["reserved": 18, "captured": 12, "released": 6, "settledAt": .string(now)])
            let images = result["result"]?["images"]?.array ?? []
            #expect(result["status"] == "completed" && result["error"] == nil && images.count == 2)
            #expect(images.map { $0["id"] } == job["outputs"]?.array?.map { $0["id"] })
            #expect(result["result"]?["seed"] == nil && job["job"]?["seed"] == nil, "the provider returned none")
            for image in images {
                #expect(image["url"]?.string?.contains("/files/outputs/\(app.ada.account)/\(id)/") == true)
                #expect(image["contentType"] == "image/png" && image["expiresAt"]?.string != nil)
            }
        }
    }

    @Test func `a completed job shows the seed of its provider, with all digits, in lists too`() async throws {
        try await AccountWorld.run { app in
            let id = try await app.submit()
            try await app.world.work()
            app.world.provider.respondToPolls(with: .ended([
                "files": [["url": "x", "flagged": false]], "seed": "18446744073709551615",
            ]))
            app.world.clock.advance(by: .seconds(2))
            try await app.world.work()

            let (job, result) = (try await app.get("/jobs/\(id)"), try await app.get("/generate/\(id)"))
            let list = try await app.get("/jobs")

            for text in [job.text, result.text, list.text] { #expect(text.contains(#""seed":18446744073709551615"#)) }
            #expect(result["result"]?["images"]?.array?.count == 1)
            #expect(job["job"]?["seed"] == result["result"]?["seed"])
        }
    }

    @Test func `a failed job says why, and that nothing was paid`() async throws {
        try await AccountWorld.run { app in
            let id = try await app.submit()
            try await app.world.work()
            app.world.provider.failAll(ProviderFailure(.contentPolicy, "flagged by a checker", isTransient: false))
            app.world.clock.advance(by: .seconds(2))
            try await app.world.work()

            let job = try await app.get("/jobs/\(id)")
            let result = try await app.get("/generate/\(id)")

            #expect(job["job"]?["status"] == "failed" && job["job"]?["error"]?["code"] == "content_policy")
            #expect(job["job"]?["error"] == result["error"] && result["result"] == nil)
            #expect(result["error"]?["message"]?.string?.hasSuffix("No credits were charged.") == true)
            // The provider's own message is shown with the attempt.
            #expect(job["attempts"]?.array?.first?["error"] == [
                "code": "content_policy", "message": "flagged by a checker",
            ])
            #expect(job["receipt"]?["captured"] == 0 && job["receipt"]?["released"] == 6)
        }
    }

    @Test func `a place beyond a thousand is shown as such`() async throws {
        let world = try await TestWorld()
        let actor = try await world.account(credits: 10)
        let job = try await world.submit(for: actor)
        var details = try #require(
            try await world.database.read { try $0.jobs.details(of: job.id, account: actor.account) })

        let shown = [nil, 0, 1_000, 1_001].map { position -> String? in
            details.queuePosition = position
            return ProgressBody(details, now: world.clock.now).queuePosition
        }
        details.waitingFor = .providerCost

        #expect(shown == [nil, "0", "1000", "1000+"])
        let body = try JSON(ProgressBody(details, now: world.clock.now))
        #expect(body["waitingFor"] == "provider_cost_limit")
    }

    @Test(arguments: TestEngine.available)
    func `a list is paged, newest first, also of one state alone`(on engine: TestEngine) async throws {
        try await AccountWorld.run(on: engine) { app in
            var ids: [String] = []
            for _ in 0..<5 {
                ids.append(try await app.submit())
                app.world.clock.advance(by: .milliseconds(1))
            }
            for id in [ids[0], ids[1], ids[3]] { _ = try await app.send(.delete, "/jobs/\(id)") }

            func pages(_ query: String) async throws -> [[Int?]] {
                var pages: [[Int?]] = []
                var cursor = ""
                repeat {
                    let page = try await app.get("/jobs?\(query)\(cursor)")
                    pages.append(page["jobs"]?.array?.map { job in ids.firstIndex { $0 == job["id"]?.string } } ?? [])
                    cursor = page["nextCursor"]?.string.map { "&cursor=\($0)" } ?? ""
                } while !cursor.isEmpty && pages.count < 9
                return pages
            }
            #expect(try await pages("") == [[4, 3, 2, 1, 0]])
            #expect(try await pages("limit=2") == [[4, 3], [2, 1], [0]])
            #expect(try await pages("limit=5") == [[4, 3, 2, 1, 0]])
            #expect(try await pages("status=cancelled&limit=2") == [[3, 1], [0]])
            #expect(try await pages("status=queued") == [[4, 2]])
            #expect(try await pages("status=completed") == [[]])
        }
    }

    @Test func `what is no page of a list is refused by its name`() async throws {
        try await AccountWorld.run { app in
            let queries = [
                ("limit=0", "limit"), ("limit=101", "limit"), ("limit=ten", "limit"), ("cursor=x", "cursor"),
                ("status=lost", "status"), ("status=", "status"),
            ]
            for (query, field) in queries {
                let response = try await app.get("/jobs?\(query)")
                #expect(response.status == 422 && response.code == "invalid_parameter", "\(query)")
                #expect(response["error"]?["field"]?.string == field, "\(query)")
            }
        }
    }

    @Test func `cancelling is done at once, or is requested of the provider, or comes too late`() async throws {
        try await AccountWorld.run { app in
            let (waiting, processing) = (try await app.submit(), try await app.submit())
            _ = try await app.send(.delete, "/jobs/\(waiting)")
            try await app.world.work()
            app.world.provider.respondToCancels(with: .tooLate)

            let again = try await app.send(.delete, "/jobs/\(waiting)")
            let asked = try await app.send(.delete, "/jobs/\(processing)")
            let twice = try await app.send(.delete, "/jobs/\(processing)")
            try await app.finish()
            let late = try await app.send(.delete, "/jobs/\(processing)")

            #expect(again.status == 200 && again["job"]?["status"] == "cancelled")
            #expect(asked.status == 202 && asked["job"]?["status"] == "processing")
            #expect(asked.header("Location") == "/api/jobs/\(processing)" && again.header("Location") == nil)
            #expect(asked["job"]?["cancelRequestedAt"]?.string != nil && twice.text == asked.text)
            #expect(late.status == 409 && late.code == "job_ended")
            #expect(late["error"]?["message"]?.string?.contains("completed") == true)
        }
    }

    @Test(arguments: TestEngine.available)
    func `an ended job is requested again by a new one, once for a key`(on engine: TestEngine) async throws {
        try await AccountWorld.run(on: engine, credits: 24) { app in
            let id = try await app.submit(["prompt": "a", "resolution": "512", "aspectRatio": "4:3", "numImages": 4])
            let path = "/jobs/\(id)/retry"
            let early = try await app.send(.post, path)
            let cancelled = try await app.send(.delete, "/jobs/\(id)")
            let headers = ["Idempotency-Key": "again"]
            let first = try await app.send(.post, path, headers: headers)
            let again = try await app.send(.post, path, headers: headers)
            let twice = try await app.send(.post, path)
            let poor = try await app.send(.post, path)

            #expect(early.status == 409 && early.code == "job_not_ended")
            #expect(early["error"]?["message"]?.string?.contains("queued") == true)
            let job = try #require(first["job"])
            #expect(first.status == 202 && job["retryOf"]?.string == id && job["status"] == "queued")
            #expect(job["parameters"] == cancelled["job"]?["parameters"] && job["estimatedCredits"] == 12)
            #expect(again.text == first.text && again.header("Idempotent-Replayed") == "true")
            #expect(first.header("Location") == "/api/jobs/\(job["id"]?.string ?? "")")
            #expect(again.header("Location") == first.header("Location"))
            #expect(twice.status == 202 && twice["job"]?["id"] != job["id"])
            #expect(poor.status == 402 && poor["error"]?["available"] == 0)
        }
    }

    @Test func `each job that is retried needs its own key, and a kind that is gone is not retried`() async throws {
        try await AccountWorld.run { app in
            let (one, two) = (try await app.submit(), try await app.submit())
            for id in [one, two] { _ = try await app.send(.delete, "/jobs/\(id)") }
            let headers = ["Idempotency-Key": "again"]
            _ = try await app.send(.post, "/jobs/\(one)/retry", headers: headers)

            let other = try await app.send(.post, "/jobs/\(two)/retry", headers: headers)
            try await app.change("UPDATE kinds SET disabled_at = 1 WHERE name = 'text_to_image'")
            app.world.clock.advance(by: .seconds(5))
            let gone = try await app.send(.post, "/jobs/\(two)/retry")
            let replayed = try await app.send(.post, "/jobs/\(one)/retry", headers: headers)

            #expect(other.status == 409 && other.code == "idempotency_key_reused")
            #expect(gone.status == 422 && gone.code == "unknown_kind")
            #expect(replayed.status == 202 && replayed.header("Idempotent-Replayed") == "true")
        }
    }

    @Test func `the events of an ended job are read from any number on, then there is nothing more`() async throws {
        try await AccountWorld.run { app in
            let id = try await app.submit()
            _ = try await app.send(.delete, "/jobs/\(id)")

            let all = try await app.get("/jobs/\(id)/events")
            let last = try await app.get("/jobs/\(id)/events", headers: ["Last-Event-ID": "1"])
            let byQuery = try await app.get("/jobs/\(id)/events?lastEventId=1")
            let none = try await app.get("/jobs/\(id)/events", headers: ["Last-Event-ID": "2"])

            #expect(all.status == 200 && all.header("Content-Type") == "text/event-stream; charset=utf-8")
            #expect(ids(all) == ["1 queued", "2 cancelled"] && ids(last) == ["2 cancelled"])
            #expect(byQuery.text == last.text)
            #expect(none.status == 204 && none.text.isEmpty)
            for wrong in ["x", "-1", "1.5", "99999999999999999999"] {
                let response = try await app.get("/jobs/\(id)/events", headers: ["Last-Event-ID": wrong])
                #expect(response.status == 400 && response.code == "invalid_last_event_id", "\(wrong)")
            }
        }
    }

    /// The number and the type of each event of a stream.
    private func ids(_ stream: JSONResponse) -> [String] {
        stream.text.components(separatedBy: "\n\n").compactMap { event in
            let lines = event.split(separator: "\n")
            guard let id = lines.first(where: { $0.hasPrefix("id: ") }),
                let type = lines.first(where: { $0.hasPrefix("event: ") })
            else { return nil }
            return "\(id.dropFirst(4)) \(type.dropFirst(7))"
        }
    }
}

extension AccountWorld {
    /// Submits a job of ada's and returns its id.
    fileprivate func submit(_ request: JSON = ["prompt": "a red dress"]) async throws -> String {
        let response = try await send(.post, "/generate", request)
        guard let id = response["job"]?["id"]?.string else { throw Unexpected(response.text) }
        return id
    }
}
