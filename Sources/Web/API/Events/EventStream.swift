package import Core
import HTTPTypes
package import Hummingbird
import NIOCore
import ServiceLifecycle
package import SQL

/// `GET /api/jobs/{id}/events` and `GET /api/events`: Server-Sent Events. What happened has an id, and a client that lost
/// its connection goes on after it; progress has none, since only the last word counts.
package struct EventStream: Sendable {
    /// Inside the patience of proxies, and a sign of life.
    private static let heartbeat: Duration = .seconds(15)
    private static let longest: Duration = .seconds(3600)

    private let database: Database
    private let wakeUp: WakeUp
    private let time: Time

    package init(database: Database, wakeUp: WakeUp, time: Time) {
        self.database = database
        self.wakeUp = wakeUp
        self.time = time
    }

    /// From the job's first event, or after `Last-Event-ID`; ends after its last. A browser comes back by itself after the
    /// end: it is told 204, the one answer on which it stays away.
    @Sendable package func job(_ request: Request, _ context: AccountContext) async throws -> Response {
        let cursor = try lastEventID(request) ?? 0
        guard let id = context.parameters.get("id").flatMap({ ID<Job>(checking: $0) }),
            let hasAllBeenTold = try await database.read({ transaction -> Bool? in
                guard let job = try transaction.job(id, of: context.account) else { return nil }
                return try job.state.isTerminal && transaction.events(of: id, account: context.account, after: cursor, limit: 1).isEmpty
            })
        else { throw APIError.notFound("job") }
        if hasAllBeenTold { return Response(status: .noContent, headers: [.cacheControl: "no-store"]) }
        return stream(EventFeed(account: context.account, job: id, cursor: cursor, database: database), context.account)
    }

    /// All of the account's jobs, from now on or after `Last-Event-ID`.
    @Sendable package func account(_ request: Request, _ context: AccountContext) async throws -> Response {
        let given = try lastEventID(request)
        let cursor: Int64
        if let given { cursor = given } else { cursor = try await database.read { try $0.lastEventSeq(of: context.account) } }
        return stream(EventFeed(account: context.account, job: nil, cursor: cursor, database: database), context.account)
    }

    /// In the header, or where a browser cannot set one as `?lastEventId=`.
    private func lastEventID(_ request: Request) throws(APIError) -> Int64? {
        guard let text = request.headers[.lastEventID] ?? request.uri.queryParameters["lastEventId"].map({ String($0) }), !text.isEmpty
        else { return nil }
        guard let id = Int64(text), id >= 0 else {
            throw APIError(.badRequest, "invalid_last_event_id", "'Last-Event-ID' is not one of ours.", field: "Last-Event-ID")
        }
        return id
    }

    private func stream(_ feed: EventFeed, _ account: ID<Account>) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store", .accelBuffering: "no"],
            body: ResponseBody { writer in
                // Listening before the first look, so that nothing falls between.
                let wakeUps = wakeUp.listen(to: account)
                try await follow(feed, wakeUps, &writer)
                try await writer.finish(nil)
            })
    }

    private func follow(_ feed: EventFeed, _ wakeUps: AsyncStream<Void>, _ writer: inout any ResponseBodyWriter) async throws {
        var feed = feed
        let endsAt = time.now() + EventStream.longest
        try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
        let (signals, signal) = AsyncStream.makeStream(of: Bool.self, bufferingPolicy: .bufferingNewest(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                for await _ in wakeUps { signal.yield(false) }
                signal.finish()
            }
            group.addTask { [time] in
                while !Task.isCancelled {
                    try await time.sleep(EventStream.heartbeat)
                    signal.yield(true)
                }
            }
            signal.yield(false)
            for await isHeartbeat in signals.cancelOnGracefulShutdown() {
                if try await tell(&feed, &writer) == 0, isHeartbeat {
                    try await writer.write(ByteBuffer(string: ": still here\n\n"))
                }
                if feed.hasEnded || time.now() >= endsAt { break }
            }
        }
    }

    /// All that there is to tell: one who was away for long is behind by more than one look shows. Answers how many looks
    /// had something.
    private func tell(_ feed: inout EventFeed, _ writer: inout any ResponseBodyWriter) async throws -> Int {
        var looks = 0
        while !feed.hasEnded, case let text = try await feed.next(), !text.isEmpty {
            try await writer.write(ByteBuffer(string: text))
            looks += 1
        }
        return looks
    }
}
