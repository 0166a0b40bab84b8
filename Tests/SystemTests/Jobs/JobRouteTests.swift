import Core
import Foundation
import Testing
import TestSupport

extension OneServer {
    struct JobRouteTests {
        private let server: RunningServer

        init() throws { server = try OneServer.server() }

        @Test func `a submission returns before its work has ended`() async throws {
            let user = try await server.account()

            let response = try await user.post("/api/generate", ["prompt": "sandbox:slow=30", "resolution": "256x256"])
            let job = try await user.job(response.jobID)

            #expect(response.status == 202 && response["job"]?["estimatedCredits"]?.number == 3)
            #expect(["queued", "processing"].contains(job.status) && job.receipt == [3, 0, 0])
            _ = try await user.delete("/api/jobs/\(response.jobID)")
        }

        @Test func `a job ends with a picture, a receipt and a balance that agree`() async throws {
            let user = try await server.account(credits: 10)

            let id = try await user.submit("a red dress", ["numImages": 2])
            let job = try await user.end(of: id)
            let result = try await user.get("/api/generate/\(id)")
            let history = try await user.get("/api/credits/history")

            #expect(job.status == "completed" && job.receipt == [6, 6, 0] && job.outputs.count == 2)
            #expect(result["status"] == "completed" && result["result"]?["images"]?.array?.count == 2)
            #expect(try await user.balance() == [4, 0])
            let lines = history["transactions"]?.array ?? []
            #expect(lines.map { $0["kind"]?.string } == ["capture", "reserve", "bonus"])
            #expect(lines.map { $0["availableAfter"]?.number } == [4, 4, 10])
        }

        @Test
        func `a waiting job is cancelled at once, a running one if its provider agrees, no ended one`() async throws {
            let user = try await server.account(credits: 9, plan: "free")
            let running = try await user.submit("sandbox:never")
            let waiting = try await user.submit("a red dress")
            _ = try await user.job(running) { $0.attempts.first?["status"] == "submitted" }

            let first = try await user.delete("/api/jobs/\(waiting)")
            let again = try await user.delete("/api/jobs/\(waiting)")
            let asked = try await user.delete("/api/jobs/\(running)")
            let ended = try await user.end(of: running)
            let done = try await user.submit("a red dress")
            _ = try await user.end(of: done)
            let tooLate = try await user.delete("/api/jobs/\(done)")

            #expect(first.status == 200 && first["job"]?["status"] == "cancelled")
            #expect(again.status == 200 && again["job"] == first["job"])
            #expect(asked.status == 202 && ended.status == "cancelled")
            #expect(tooLate.status == 409 && tooLate.code == "job_ended")
            #expect(try await user.balance() == [6, 0])
        }

        @Test func `an ended job can be asked for again, as a new one at its own price`() async throws {
            let user = try await server.account(credits: 9)
            let running = try await user.submit("sandbox:never")
            let early = try await user.post("/api/jobs/\(running)/retry", [:])
            _ = try await user.delete("/api/jobs/\(running)")
            _ = try await user.end(of: running)
            let first = try await user.submit("sandbox:policy", ["numImages": 2, "seed": 7])
            _ = try await user.end(of: first)

            let responses = [
                try await user.post("/api/jobs/\(first)/retry", [:], headers: ["idempotency-key": "again"]),
                try await user.post("/api/jobs/\(first)/retry", [:], headers: ["idempotency-key": "again"]),
            ]
            let second = try await user.end(of: responses[0].jobID)

            #expect(early.status == 409 && early.code == "job_not_ended")
            #expect(
                responses.map(\.status) == [202, 202] && responses[0].jobID == responses[1].jobID
                    && responses[0].jobID != first)
            #expect(
                responses[1].headers["idempotent-replayed"] == "true"
                    && responses[0].headers["idempotent-replayed"] == nil)
            #expect(second.json["job"]?["retryOf"]?.string == first && second.json["job"]?["parameters"]?["seed"] == 7)
            #expect(second.receipt == [6, 0, 6])
        }

        @Test func `a list by cursor is complete and repeats nothing, also if jobs are added meanwhile`() async throws {
            let user = try await server.account()
            var submitted: [String] = []
            for size in [12, 11] { submitted += try await batch(of: size, by: user) }

            var seen: [String] = []
            var cursor = ""
            repeat {
                let page = try await user.get("/api/jobs?limit=5" + (cursor.isEmpty ? "" : "&cursor=\(cursor)"))
                #expect(page.status == 200)
                seen += page["jobs"]?.array?.compactMap { $0["id"]?.string } ?? []
                cursor = page["nextCursor"]?.string ?? ""
                _ = try await batch(of: 1, by: user)
            } while !cursor.isEmpty

            #expect(seen == submitted.sorted(by: >))
            #expect(try await user.get("/api/jobs?limit=0").field == "limit")
            #expect(try await user.get("/api/jobs?limit=101").field == "limit")
            #expect(try await user.get("/api/jobs?cursor=x").field == "cursor")
            #expect(try await user.get("/api/jobs?status=lost").field == "status")
        }

        @Test func `the ledger's lines come page by page, each once`() async throws {
            let user = try await server.account()
            for id in try await batch(of: 6, by: user) { _ = try await user.end(of: id) }

            var seen: [String] = []
            var cursor = ""
            repeat {
                let page = try await user.get(
                    "/api/credits/history?limit=4" + (cursor.isEmpty ? "" : "&cursor=\(cursor)"))
                seen += page["transactions"]?.array?.compactMap { $0["id"]?.string } ?? []
                cursor = page["nextCursor"]?.string ?? ""
            } while !cursor.isEmpty

            #expect(seen.count == 13 && Set(seen).count == 13 && seen == seen.sorted(by: >))
        }

        private func batch(of size: Int, by user: APIUser) async throws -> [String] {
            let job: JSON = ["prompt": "a red dress", "resolution": "256x256"]
            let response = try await user.post("/api/generate", ["jobs": .array(Array(repeating: job, count: size))])
            return response["jobs"]?.array?.compactMap { $0["id"]?.string } ?? []
        }
    }
}
