import Core
import Foundation
import SQL
import Testing
import TestSupport

extension OneServer {
    /// Each row of the table in `docs/sandbox.md`.
    struct FaultTests {
        private let server: RunningServer

        init() throws { server = try OneServer.server() }

        @Test(arguments: Fault.all)
        func `each fault ends as the table says`(_ fault: Fault) async throws {
            try await check(fault, on: server)
        }

        @Test func `a request that never gets a result ends as the table says`() async throws {
            let sandbox = try await RunningSandbox(["--duration", "0.05"])
            let impatience = ["DARKROOM_UNANSWERED_SECONDS": "1"]
            try await RunningServer.with(.init(sandbox: sandbox, environment: impatience)) {
                try await check(.lost, on: $0)
            }
            await sandbox.stop()
        }

        private func check(_ fault: Fault, on server: RunningServer) async throws {
            let user = try await server.account(credits: 12)

            let id = try await user.submit("a red dress \(fault.order)", ["numImages": .integer(Int64(fault.images))])
            let job = try await user.end(of: id)

            #expect(job.status == fault.status, "\(job)")
            #expect(job.code == fault.code)
            #expect(job.message == fault.message.map { $0 + " No credits were charged." })
            if let attempts = fault.attempts { #expect(job.attempts.count == attempts, "\(job)") }
            let (reserved, captured) = (Decimal(3 * fault.images), Decimal(3 * fault.captured))
            #expect(job.receipt == [reserved, captured, reserved - captured], "\(job)")
            #expect(try await user.balance() == [12 - captured, 0])
            #expect(try await pictures(of: id, user) == fault.captured)
        }

        @Test func `a slow job shows its percentage, a queued one its place at the provider`() async throws {
            let user = try await server.account(credits: 12)
            let slow = try await user.submit("sandbox:slow=60")
            let queued = try await user.submit("sandbox:queue=60")

            let running = try await user.job(slow) { ($0.percent ?? 0) > 0 && !$0.logs.isEmpty }
            let waiting = try await user.job(queued) { ($0.providerQueuePosition ?? 0) > 0 }

            #expect(running.status == "processing" && waiting.status == "processing")
            _ = try await (user.delete("/api/jobs/\(slow)"), user.delete("/api/jobs/\(queued)"))
        }

        @Test func `a cancel that the provider refuses ends with the picture, paid for`() async throws {
            let user = try await server.account(credits: 12)
            let id = try await user.submit("sandbox:cancel-refused sandbox:slow=15")
            _ = try await user.job(id) { !$0.logs.isEmpty }

            let asked = try await user.delete("/api/jobs/\(id)")
            let job = try await user.end(of: id)

            #expect(asked.status == 202 && asked["job"]?["status"] == "processing")
            #expect(job.status == "completed" && job.receipt == [3, 3, 0])
        }

        @Test func `what never ends can be cancelled, and its credits come back`() async throws {
            let user = try await server.account(credits: 12)
            let id = try await user.submit("sandbox:never")
            _ = try await user.job(id) { $0.status == "processing" }

            let asked = try await user.delete("/api/jobs/\(id)")
            let job = try await user.end(of: id)

            #expect(asked.status == 202)
            #expect(job.status == "cancelled" && job.code == nil && job.receipt == [3, 0, 3])
            #expect(try await user.balance() == [12, 0])
        }

        @Test func `what never ends fails at its deadline, and its credits come back`() async throws {
            let user = try await server.account(credits: 12)
            let id = try await user.submit("sandbox:never")
            _ = try await user.job(id) { $0.attempts.first?["status"] == "submitted" }

            // The deadline is an hour away: it is moved rather than waited for.
            try await server.withDatabase { database in
                let now = Time.system.now()
                _ = try await database.write(order: .alone) {
                    try $0.execute("UPDATE jobs SET deadline_at = $2 WHERE id = $1", id, now)
                }
            }
            let job = try await user.end(of: id)

            #expect(job.status == "failed" && job.code == "timed_out")
            #expect(job.message == "The job exceeded its time limit. No credits were charged.")
            #expect(job.receipt == [3, 0, 3])
        }

        @Test func `the table has a row for each of these, with the same text`() throws {
            let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/sandbox.md")
            let rows = try String(contentsOf: path, encoding: .utf8).split(separator: "\n").filter {
                $0.hasPrefix("| `sandbox:")
            }

            for fault in Fault.all + [.lost] {
                let name = fault.order.replacing("slow=1", with: "slow").replacing("queue=1", with: "queue")
                let row = try #require(rows.first { $0.contains("`\(name)`") }, "no row for \(name)")
                let cells = row.contains("| the same |") ? rows[(rows.firstIndex(of: row) ?? 1) - 1] : row
                #expect(cells.contains(fault.status) || row.contains("the same"), "\(name)")
                if let code = fault.code { #expect(cells.contains("`\(code)`"), "\(name)") }
                if let message = fault.message { #expect(cells.contains(message), "\(name)") }
            }
            #expect(
                rows.count == Fault.all.count + 3, "beside these there are one that is lost, cancel-refused and never")
        }

        /// How many pictures the user can open.
        private func pictures(of id: String, _ user: APIUser) async throws -> Int {
            let result = try await user.get("/api/generate/\(id)")
            var count = 0
            for image in result["result"]?["images"]?.array ?? [] {
                let file = try await server.anybody.get(image["url"]?.string ?? "")
                if file.status == 200, file.headers["content-type"] == "image/png",
                    file.bytes.starts(with: [0x89, 0x50, 0x4E, 0x47])
                {
                    count += 1
                }
            }
            return count
        }
    }
}
