import Core
import HTTPTypes
import Hummingbird
import NIOCore
import SQL

/// `GET /api/jobs/{id}/events` and `GET /api/events`: Server-Sent Events. An event has an id, and a client that lost
/// its connection continues after it, on whichever node; progress has none, since only the latest counts.
struct EventStream: Sendable {
    private static let longest: Duration = .seconds(3600)
    private static let eventsAtOnce = 500

    private let database: Database
    private let hub: EventHub
    private let streams: OpenStreams
    private let time: Time

    init(database: Database, notices: Notices, time: Time) {
        self.database = database
        hub = notices.events
        streams = notices.streams
        self.time = time
    }

    /// From the job's first event, or after `Last-Event-ID`; ends after its last. A browser connects again by itself
    /// after the end, and then receives 204, the one response that stops it.
    @Sendable func job(_ request: Request, _ context: AccountContext) async throws -> Response {
        let given = try lastEventID(request)
        guard let id = context.parameters.get("id").flatMap({ ID<Job>(checking: $0) }),
            let (job, last) = try await database.read({ transaction in
                try transaction.jobs.job(id, of: context.account).map { job in
                    (job, try transaction.jobs.lastEventSeq(of: job.id))
                }
            })
        else { throw APIError.notFound("job") }
        if job.state.isTerminal, given == last {
            return Response(status: .noContent, headers: [.cacheControl: "no-store"])
        }
        return try stream(Reader(account: context.account, job: id, given: given, last: last, start: 0), context)
    }

    /// All of the account's jobs, from now on or after `Last-Event-ID`.
    @Sendable func account(_ request: Request, _ context: AccountContext) async throws -> Response {
        let given = try lastEventID(request)
        let last = try await database.read { try $0.jobs.lastEventSeq(of: context.account) }
        return try stream(
            Reader(account: context.account, job: nil, given: given, last: last, start: last), context)
    }

    /// In the header, or as `?lastEventId=` where a browser cannot set a header.
    private func lastEventID(_ request: Request) throws(APIError) -> Int64? {
        let given = request.headers[.lastEventID] ?? request.uri.queryParameters["lastEventId"].map { String($0) }
        guard let given, !given.isEmpty else { return nil }
        guard let id = Int64(given), id >= 0 else {
            throw APIError(
                .badRequest, "invalid_last_event_id",
                "'Last-Event-ID' must be the id of an event that this server sent.", field: "Last-Event-ID")
        }
        return id
    }

    /// A client and the last event that it received: by the job's own numbers for a job, else by the account's.
    private struct Reader {
        let account: ID<Account>
        let job: ID<Job>?
        var cursor: Int64
        /// It has received an event that this server never sent, as after a backup was restored.
        let isAhead: Bool
        var hasEnded = false

        /// - Parameters:
        ///   - given: The last event that the client says it received.
        ///   - last: The last that there is.
        ///   - start: After which a client begins that has received none.
        init(account: ID<Account>, job: ID<Job>?, given: Int64?, last: Int64, start: Int64) {
            self.account = account
            self.job = job
            isAhead = given.map { $0 > last } ?? false
            cursor = isAhead ? start : given ?? start
        }

        /// Tells the client that what it knows may be of no use, and from where it goes on.
        var reset: String {
            isAhead ? "id: \(cursor)\nevent: reset\ndata: {\"lastEventId\":\(cursor)}\n\n" : ""
        }
    }

    private func stream(_ reader: Reader, _ context: AccountContext) throws -> Response {
        let channel = context.channel
        let stream = try streams.open(context.principal.credential)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store, no-transform",
                .accelBuffering: "no",
            ],
            body: ResponseBody { writer in
                var reader = reader
                try await writer.write(ByteBuffer(string: "retry: 2000\n\n" + reader.reset))
                let position = try await catchUp(&reader, stream, &writer)
                if !reader.hasEnded {
                    // Closing the connection is the one way to free a task that waits for its client to read.
                    let subscription = hub.open(reader.account, reader.job, at: position) {
                        channel.close(promise: nil)
                    }
                    defer { hub.close(subscription) }
                    stream.onEnd { hub.end(subscription) }
                    try await follow(subscription, from: position, &reader, stream, &writer)
                }
                try await writer.finish(nil)
            })
    }

    private func follow(
        _ subscription: EventSubscription, from position: Int64, _ reader: inout Reader, _ stream: OpenStream,
        _ writer: inout any ResponseBodyWriter
    ) async throws {
        let endsAt = time.now() + EventStream.longest
        if subscription.position > position { _ = try await catchUp(&reader, stream, &writer) }
        guard !reader.hasEnded else { return }
        for await batch in subscription.batches {
            // Batches that wait are still here after the end.
            guard !stream.hasEnded else { return }
            if let bytes = batch.text.bytes(after: reader.cursor) { try await writer.write(bytes) }
            reader.cursor = max(reader.cursor, batch.lastID ?? 0)
            if batch.isLast || time.now() >= endsAt { return }
        }
    }

    /// Sends all that is there now, in as many reads as it takes. Returns the account's last event, as of the last
    /// read.
    private func catchUp(
        _ reader: inout Reader, _ stream: OpenStream, _ writer: inout any ResponseBodyWriter
    ) async throws -> Int64 {
        while true {
            guard !stream.hasEnded else {
                reader.hasEnded = true
                return reader.cursor
            }
            let (account, job, cursor) = (reader.account, reader.job, reader.cursor)
            let (events, position) = try await database.read { transaction in
                let limit = EventStream.eventsAtOnce
                let events = if let job {
                    try transaction.jobs.events(of: job, account: account, after: cursor, limit: limit)
                } else {
                    try transaction.jobs.events(of: account, after: cursor, limit: limit)
                }
                return (events, try transaction.jobs.lastEventSeq(of: account))
            }
            let batch = EventBatch(
                events.map { .init(id: job == nil ? $0.accountSeq : $0.seq, event: $0) }, progress: [],
                isLast: job != nil && events.last?.state.isTerminal == true)
            // Ended while this was read: what came since is none of the client's business.
            guard !stream.hasEnded else { continue }
            if !batch.isEmpty, let bytes = batch.text.bytes(after: reader.cursor) { try await writer.write(bytes) }
            reader.cursor = batch.lastID ?? reader.cursor
            reader.hasEnded = reader.hasEnded || batch.isLast
            if events.count < EventStream.eventsAtOnce { return position }
        }
    }
}
