import Core
import Foundation
import SQL
import Testing
import TestSupport

extension OneServer {
    struct EventStreamTests {
        private let server: RunningServer

        init() throws { server = try OneServer.server() }

        @Test func `a job's stream sends its events in order and ends with the last`() async throws {
            let user = try await server.account()
            let id = try await user.submit("sandbox:slow=8")

            let all = try await user.events("/api/jobs/\(id)/events")

            let story = all.filter { !$0.isProgress }
            #expect(story.map(\.name) == ["queued", "started", "completed"])
            #expect(story.map(\.id) == [1, 2, 3])
            #expect(story.map(\.status) == ["queued", "processing", "completed"])
            #expect(story.last?.data["captured"]?.isNull != false && story.last?.data["data"]?["captured"]?.number == 3)
            #expect(all.contains { $0.isProgress } && all.filter(\.isProgress).allSatisfy { $0.id == nil })
            #expect(all.allSatisfy { $0.data["jobId"]?.string == id })
        }

        @Test func `no proxy is to keep a stream, nor to change it, which would hold events back`() async throws {
            let user = try await server.account()
            let id = try await user.submit("a red dress")
            _ = try await user.end(of: id)

            let job = try await user.get("/api/jobs/\(id)/events")
            let account = try await RawConnection(port: server.port)
            await account.send("""
                GET /api/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(user.bearer ?? "")\r\n\r\n
                """)
            let head = try await account.response().lowercased()

            #expect(job.status == 200 && job.headers["content-type"]?.hasPrefix("text/event-stream") == true)
            #expect(job.headers["cache-control"] == "no-store, no-transform")
            #expect(head.contains("\r\ncontent-type: text/event-stream"), "\(head)")
            #expect(head.contains("\r\ncache-control: no-store, no-transform\r\n"), "\(head)")
        }

        @Test
        func `who reconnects receives the rest, and after the end a response that stops reconnecting`() async throws {
            let user = try await server.account()
            let id = try await user.submit("a red dress")
            _ = try await user.end(of: id)

            let rest = try await user.events("/api/jobs/\(id)/events", after: 1)
            let byQuery = try await user.events("/api/jobs/\(id)/events?lastEventId=2")
            let ended = try await user.get("/api/jobs/\(id)/events", headers: ["last-event-id": "3"])
            let nonsense = try await user.get("/api/jobs/\(id)/events", headers: ["last-event-id": "three"])

            #expect(rest.map(\.id) == [2, 3] && byQuery.map(\.id) == [3])
            #expect(ended.status == 204 && ended.bytes.isEmpty)
            #expect(nonsense.status == 400 && nonsense.code == "invalid_last_event_id")
        }

        @Test func `an account's stream sends all its jobs' events from now on, to every reader`() async throws {
            let user = try await server.account()
            _ = try await user.end(of: user.submit("before"))
            let isLast: @Sendable (StreamedEvent) -> Bool = { $0.id == 9 }

            async let one = user.events("/api/events", until: isLast)
            async let other = user.events(
                "/api/events",
                onStart: {
                    _ = try await user.submit("a red dress")
                    _ = try await user.submit("sandbox:policy")
                },
                until: isLast)
            let seen = try await other.filter { !$0.isProgress }
            let alsoSeen = try await one.filter { !$0.isProgress }

            #expect(seen.map(\.id) == [4, 5, 6, 7, 8, 9])
            #expect(Set(seen.compactMap { $0.data["jobId"]?.string }).count == 2)
            #expect(Set(seen.map(\.name)) == ["queued", "started", "completed", "failed"])
            #expect(alsoSeen == seen)
        }

        @Test func `wherever a stream breaks off, the next one goes on without a hole or a repeat`() async throws {
            let user = try await server.account()
            for _ in 0..<4 { _ = try await user.submit("a red dress") }

            var seen: [StreamedEvent] = []
            var last: Int64 = 0
            while last < 12 {
                let stop = last + 1 + Int64(seen.count % 3)
                let part = try await user.events("/api/events", after: last, until: { ($0.id ?? 0) >= min(stop, 12) })
                seen += part.filter { !$0.isProgress }
                last = seen.last?.id ?? 12
            }

            #expect(seen.compactMap(\.id) == Array(1...12))
        }

        @Test func `who was away for long receives everything at once`() async throws {
            let user = try await server.account()
            let id = try await user.submit("a red dress")
            _ = try await user.end(of: id)
            try await addEvents(600, to: id, of: user)

            let seen = try await user.events("/api/events", after: 0, until: { $0.id == 603 })

            #expect(seen.compactMap(\.id) == Array(1...603))
        }

        @Test func `a stream sends nothing of other accounts`() async throws {
            let (user, other) = (try await server.account(), try await server.account())

            let seen = try await user.events(
                "/api/events",
                onStart: {
                    _ = try await other.end(of: other.submit("not yours"))
                    _ = try await user.submit("yours")
                }, until: { $0.status == "completed" })

            #expect(Set(seen.compactMap { $0.data["jobId"]?.string }).count == 1)
            #expect(seen.compactMap(\.id) == [1, 2, 3])
        }

        @Test func `a stream ends with the key that opened it, within seconds`() async throws {
            let user = try await server.account()
            let account = try #require(user.account)

            // It ends by itself, or this would wait for an hour. Another node revoked the key.
            let seen = try await user.events("/api/events", onStart: {
                let now = Time.system.now()
                try await server.withDatabase { database in
                    _ = try await database.write(order: .alone) {
                        try $0.execute("UPDATE api_keys SET revoked_at = $2 WHERE account_id = $1", account, now)
                    }
                }
            })

            #expect(seen.isEmpty)
        }

        @Test func `who received more than there is is told so, and begins again`() async throws {
            let user = try await server.account()
            let id = try await user.submit("a red dress")
            _ = try await user.end(of: id)

            let job = try await user.events("/api/jobs/\(id)/events", after: 999_999_999)
            let account = try await user.events(
                "/api/events", after: 999_999_999, onStart: { _ = try await user.submit("another") },
                until: { $0.name == "queued" })

            #expect(job.filter { !$0.isProgress }.map(\.name) == ["reset", "queued", "started", "completed"])
            #expect(job.first?.data["lastEventId"] == 0 && job.first?.id == 0)
            #expect(account.first?.name == "reset" && account.first?.data["lastEventId"] == 3)
            #expect(account.last?.id == 4)
        }

        /// As many as a busy account has in a day, without the day.
        private func addEvents(_ count: Int, to job: String, of user: APIUser) async throws {
            guard let account = user.account else { throw Unexpected("the test made this account") }
            let id = ID<Job>(rawValue: job)
            try await server.withDatabase { database in
                try await database.write(order: .alone) { transaction in
                    for index in 1...count {
                        try transaction.execute("""
                            INSERT INTO job_events (job_id, seq, account_id, account_seq, type, state, data, created_at)
                            VALUES ($1, $2, $3, $2, 'cancel_requested', 'completed', '{}', 0)
                            """, id, 3 + index, account)
                    }
                    try transaction.execute(
                        "UPDATE accounts SET event_seq = event_seq + $2 WHERE id = $1", account, count)
                }
            }
        }
    }
}
