import Core
import SQL
import Testing
@testable import FalEmulator

/// The queue as rows: what starts, what ends once, and which webhooks are due.
struct QueueStatementsTests {
    private let begin = QueueSample.begin
    private let done = Outcome(output: ["images": []])

    private func insert(_ requests: [QueueRequest], _ database: Database) async throws {
        try await database.write(order: .alone) { transaction in
            for request in requests { try transaction.insertRequest(request) }
        }
    }

    private func start(_ limit: Int, at now: Instant, _ database: Database) async throws -> [QueueRequest] {
        try await database.write(order: .alone) { try $0.startRequests(limit, now: now) }
    }

    private func end(
        _ request: QueueRequest, _ outcome: Outcome, deliverAt: Instant? = nil, at now: Instant = QueueSample.begin,
        _ database: Database
    ) async throws -> Bool {
        let id = request.id
        return try await database.write(order: .alone) { transaction in
            try transaction.endRequest(id, outcome, deliverAt: deliverAt, now: now)
        }
    }

    private func read(_ request: QueueRequest, _ database: Database) async throws -> QueueRequest {
        let id = request.id
        return try #require(try await database.read { try $0.request(id) })
    }

    @Test func `a request is read as it was accepted`() async throws {
        try await QueueSample.withDatabase { database async throws in
            let request = QueueSample.request(
                faults: "slow=5,webhook-twice", webhook: "http://a/?x=1&y", wait: .seconds(3))
            try await insert([request], database)

            let found = try await read(request, database)
            #expect(found.app == request.app && found.input == request.input && found.script == request.script)
            #expect(found.baseURL == request.baseURL && found.webhookURL == request.webhookURL)
            #expect(found.acceptedAt == begin && found.startAt == begin + .seconds(3) && found.startBy == nil)
            #expect(found.state == .inQueue && found.startedAt == nil && found.endedAt == nil && found.outcome == nil)
            #expect(found.delivery == .none && found.deliveryAttempts == 0)
        }
    }

    @Test func `requests start in the order in which they came, so many at a time, and none before its time`()
        async throws
    {
        try await QueueSample.withDatabase { database async throws in
            let later = QueueSample.request(0, wait: .seconds(60))
            let others = (1...4).map { QueueSample.request(Int64($0)) }
            try await insert([others[2], others[0], later, others[3], others[1]], database)
            let now = begin + .seconds(10)

            let first = try await start(3, at: now, database)
            let second = try await start(3, at: now, database)
            let third = try await start(3, at: begin + .seconds(60), database)

            #expect(Set(first.map(\.id)) == Set(others.prefix(3).map(\.id)))
            #expect(first.allSatisfy { $0.state == .inProgress && $0.startedAt == now })
            #expect(second.map(\.id) == [others[3].id] && third.map(\.id) == [later.id])
            #expect(try await database.read { try $0.earliestStart() } == nil)
        }
    }

    @Test func `a queue's length and the places in it count what waits, and nothing else`() async throws {
        try await QueueSample.withDatabase { database async throws in
            let requests = (0..<4).map { QueueSample.request(Int64($0)) }
            try await insert(requests, database)
            _ = try await start(1, at: begin + .seconds(9), database)
            _ = try await end(requests[1], .cancelled, database)
            let ids = requests.map(\.id)

            let ahead = try await database.read { transaction in
                try ids.map { try transaction.requestsAhead(of: $0) }
            }
            #expect(ahead == [0, 0, 0, 1])
            #expect(try await database.read { try $0.queueLength() } == 2)
            #expect(try await database.read { try $0.earliestStart() } == requests[2].startAt)
            #expect(try await database.read { try $0.newestRequests(3).map(\.id) } == Array(ids.reversed().prefix(3)))
        }
    }

    @Test func `a request ends once, and the first end stays`() async throws {
        try await QueueSample.withDatabase { database async throws in
            let request = QueueSample.request(webhook: "http://a/")
            try await insert([request], database)

            #expect(try await end(request, .cancelled, deliverAt: begin, database))
            #expect(try await !end(request, done, deliverAt: begin + .seconds(5), at: begin + .seconds(5), database))

            let found = try await read(request, database)
            #expect(found.state == .completed && found.outcome == .cancelled && found.endedAt == begin)
            #expect(try await database.read { try $0.earliestDelivery() } == begin)
            #expect(try await start(1, at: begin + .seconds(9), database).isEmpty, "it is not started any more")
        }
    }

    @Test(arguments: [(nil, true, false), ("http://a/", false, false), ("http://a/", true, true)])
    func `a webhook is due only where there is an address for it, and a time`(
        url: String?, hasTime: Bool, isDue: Bool
    ) async throws {
        try await QueueSample.withDatabase { database async throws in
            let request = QueueSample.request(webhook: url)
            try await insert([request], database)
            _ = try await end(request, done, deliverAt: hasTime ? begin : nil, database)

            #expect(try await read(request, database).delivery == (isDue ? .due : .none))
            #expect(try await database.read { try $0.earliestDelivery() } == (isDue ? begin : nil))
        }
    }

    @Test func `due webhooks are claimed in their order, for a while, and counted`() async throws {
        try await QueueSample.withDatabase { database async throws in
            let requests = (0..<3).map { QueueSample.request(Int64($0), webhook: "http://a/") }
            try await insert(requests, database)
            for (request, seconds) in zip(requests, [20, 10, 90] as [Int64]) {
                _ = try await end(request, done, deliverAt: begin + .seconds(seconds), database)
            }
            func claim(_ limit: Int, at seconds: Int64) async throws -> [QueueRequest] {
                let now = QueueSample.begin + .seconds(seconds)
                return try await database.write(order: .alone) { transaction in
                    try transaction.claimDeliveries(limit, now: now, until: now + .seconds(150))
                }
            }

            #expect(try await claim(5, at: 9).isEmpty)
            #expect(try await claim(1, at: 30).map(\.id) == [requests[1].id])
            let second = try await claim(5, at: 30)
            #expect(second.map(\.id) == [requests[0].id] && second.first?.deliveryAttempts == 1)
            #expect(try await claim(5, at: 30).isEmpty, "others are sending them")

            // The process that sent them ended, or says nothing.
            let again = try await claim(5, at: 180)
            #expect(Set(again.map(\.id)) == Set(requests.map(\.id)))
            #expect(again.first { $0.id == requests[0].id }?.deliveryAttempts == 2)
        }
    }

    @Test func `what is acknowledged or abandoned is not due, and cannot be claimed`() async throws {
        try await QueueSample.withDatabase { database async throws in
            for delivery in [QueueRequest.Delivery.acknowledged, .abandoned] {
                let request = QueueSample.request(webhook: "http://a/")
                let id = request.id
                try await insert([request], database)
                _ = try await end(request, done, deliverAt: begin, database)
                try await database.write(order: .alone) { try $0.recordDelivery(of: id, delivery, at: nil) }

                let claimed = try await database.write(order: .alone) { transaction in
                    try transaction.claimDelivery(of: id, until: .distantFuture)
                }
                #expect(claimed == nil)
                #expect(try await database.read { try $0.earliestDelivery() } == nil)
                try await database.write(order: .alone) { try $0.resumeDeliveries(now: QueueSample.begin) }
                #expect(try await database.read { try $0.earliestDelivery() } == nil)
            }
        }
    }

    @Test func `after a stop, what was in progress waits again, and what was being sent is due at once`() async throws {
        try await QueueSample.withDatabase { database async throws in
            let requests = (0..<3).map { QueueSample.request(Int64($0), webhook: "http://a/") }
            try await insert(requests, database)
            _ = try await start(2, at: begin + .seconds(5), database)
            _ = try await end(requests[1], done, deliverAt: begin + .seconds(500), database)

            let now = begin + .seconds(60)
            try await database.write(order: .alone) { transaction in
                try transaction.requeueRequests()
                try transaction.resumeDeliveries(now: now)
            }

            var states: [QueueRequest] = []
            for request in requests { states.append(try await read(request, database)) }
            #expect(states.map(\.state) == [.inQueue, .completed, .inQueue])
            #expect(states[0].startedAt == nil && states[1].startedAt != nil)
            #expect(try await database.read { try $0.earliestDelivery() } == now)
        }
    }

    @Test func `old requests are deleted, but none that is not over or whose webhook is still due`() async throws {
        try await QueueSample.withDatabase { database async throws in
            let requests = (0..<4).map { QueueSample.request(Int64($0), webhook: "http://a/") }
            try await insert(requests, database)
            _ = try await end(requests[0], done, database)
            _ = try await end(requests[1], done, deliverAt: begin, database)
            _ = try await end(requests[2], done, at: begin + .seconds(100), database)

            let before = begin + .seconds(100)
            #expect(try await database.write(order: .alone) { try $0.deleteRequests(endedBefore: before) } == 1)

            let left = try await database.read { try $0.newestRequests(10).map(\.id) }
            #expect(Set(left) == Set(requests.dropFirst().map(\.id)))
        }
    }
}
