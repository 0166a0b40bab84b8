package import Core
import HTTPTypes
package import Hummingbird
import NIOCore
package import SQL

/// `GET /api/jobs/{id}/events` and `GET /api/events`: Server-Sent Events. What happened has an id, and a client that lost
/// its connection goes on after it, on whichever node; progress has none, since only the last word counts.
package struct EventStream: Sendable {
    private static let longest: Duration = .seconds(3600)
    private static let eventsAtOnce = 500

    private let database: Database
    private let hub: EventHub
    private let time: Time

    package init(database: Database, hub: EventHub, time: Time) {
        self.database = database
        self.hub = hub
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
        return stream(Reader(account: context.account, job: id, cursor: cursor), context)
    }

    /// All of the account's jobs, from now on or after `Last-Event-ID`.
    @Sendable package func account(_ request: Request, _ context: AccountContext) async throws -> Response {
        let given = try lastEventID(request)
        let cursor: Int64
        if let given { cursor = given } else { cursor = try await database.read { try $0.lastEventSeq(of: context.account) } }
        return stream(Reader(account: context.account, job: nil, cursor: cursor), context)
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

    /// Who reads, and how far he was told: of a job by its own numbers, of an account by the account's.
    private struct Reader {
        let account: ID<Account>
        let job: ID<Job>?
        var cursor: Int64
        var hasEnded = false
    }

    private func stream(_ reader: Reader, _ context: AccountContext) -> Response {
        let channel = context.channel
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store", .accelBuffering: "no"],
            body: ResponseBody { writer in
                var reader = reader
                try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
                let position = try await catchUp(&reader, &writer)
                if !reader.hasEnded {
                    // Closing the connection is the one way to free a task that waits for its client to read.
                    let subscription = hub.open(reader.account, reader.job, at: position) { channel.close(promise: nil) }
                    defer { hub.close(subscription) }
                    try await follow(subscription, from: position, &reader, &writer)
                }
                try await writer.finish(nil)
            })
    }

    private func follow(
        _ subscription: EventSubscription, from position: Int64, _ reader: inout Reader, _ writer: inout any ResponseBodyWriter
    ) async throws {
        let endsAt = time.now() + EventStream.longest
        if subscription.position > position { _ = try await catchUp(&reader, &writer) }
        guard !reader.hasEnded else { return }
        for await chunk in subscription.chunks {
            if let text = chunk.text(after: reader.cursor) { try await writer.write(text) }
            reader.cursor = max(reader.cursor, chunk.lastID ?? 0)
            if chunk.isLast || time.now() >= endsAt { return }
        }
    }

    /// All that is there now, in as many looks as it takes. Answers the account's last event, as of the last look.
    private func catchUp(_ reader: inout Reader, _ writer: inout any ResponseBodyWriter) async throws -> Int64 {
        while true {
            let (account, job, cursor) = (reader.account, reader.job, reader.cursor)
            let (events, position) = try await database.read { transaction in
                let events = if let job { try transaction.events(of: job, account: account, after: cursor, limit: EventStream.eventsAtOnce) }
                    else { try transaction.events(of: account, after: cursor, limit: EventStream.eventsAtOnce) }
                return (events, try transaction.lastEventSeq(of: account))
            }
            var lines = EventLines()
            for event in events {
                reader.cursor = job == nil ? event.accountSeq : event.seq
                lines.add(event, id: reader.cursor)
            }
            if job != nil, events.last?.state.isTerminal == true { reader.hasEnded = true }
            if !lines.isEmpty { try await writer.write(ByteBuffer(string: lines.text)) }
            if events.count < EventStream.eventsAtOnce { return position }
        }
    }
}
