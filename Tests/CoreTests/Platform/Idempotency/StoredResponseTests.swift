@testable import Core
import SQL
import TestSupport
import Testing

/// The statements on stored responses. What a route makes of them is tested with the route.
struct StoredResponseTests {
    private let response = StoredResponse(status: 201, body: #"{"id":"é\u0000"}"#)

    private func request(_ key: String = "k", body: String = "hash", route: String = "r") -> Idempotency {
        Idempotency(route: route, key: key, bodyHash: body)
    }

    @Test(arguments: TestEngine.available)
    func `a response is found by its account, route and key, and by nothing less`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let (account, other) = (try await world.account().account, try await world.account().account)
        let (now, response, request) = (world.clock.now, response, request())
        try await world.database.write(of: account) {
            try $0.idempotency.storeResponse(response, request, of: account, now: now)
        }

        func found(_ request: Idempotency, of account: ID<Account>) async throws -> StoredResponse? {
            try await world.database.read { try $0.idempotency.storedResponse(request, of: account, now: now) }
        }
        #expect(try await found(request, of: account) == response)
        #expect(try await found(request, of: other) == nil)
        #expect(try await found(self.request("K"), of: account) == nil)
        #expect(try await found(self.request("k "), of: account) == nil)
        #expect(try await found(self.request(route: "r/"), of: account) == nil)
        await #expect(throws: IdempotencyError.keyReused) { try await found(self.request(body: "HASH"), of: account) }
    }

    @Test(arguments: TestEngine.available)
    func `a response is there for a day to the millisecond, and then its key is free for another body`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let account = try await world.account().account
        let (first, response, request, reused) = (world.clock.now, response, request(), request(body: "other"))
        try await world.database.write(of: account) {
            try $0.idempotency.storeResponse(response, request, of: account, now: first)
        }
        let end = first + .seconds(86_400)

        let (last, gone, free) = try await world.database.read { transaction in
            (
                try transaction.idempotency.storedResponse(request, of: account, now: end - .milliseconds(1)),
                try transaction.idempotency.storedResponse(request, of: account, now: end),
                try transaction.idempotency.storedResponse(reused, of: account, now: end)
            )
        }
        #expect(last == response && gone == nil && free == nil)

        let second = StoredResponse(status: 202, body: "")
        try await world.database.write(of: account) {
            try $0.idempotency.storeResponse(second, reused, of: account, now: end)
        }
        let replaced = try await world.database.read {
            try $0.idempotency.storedResponse(reused, of: account, now: end + .seconds(1))
        }
        #expect(replaced == second, "the old row was replaced, not kept beside it")
    }

    @Test(arguments: TestEngine.available)
    func `many keys are stored and found at once, each with its own response`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let account = try await world.account().account
        let now = world.clock.now
        let records = Dictionary(uniqueKeysWithValues: (0..<40).map { number in
            (
                Idempotency.Key(account: account, route: "r", key: "\(number)"),
                Idempotency.Record(
                    response: StoredResponse(status: 200 + number, body: "\(number)"), bodyHash: "h\(number)", at: now)
            )
        })
        try await world.database.write(of: account) { try $0.idempotency.store(records) }

        let wanted = records.keys + [Idempotency.Key(account: account, route: "r", key: "none")]
        let found = try await world.database.read { transaction in
            try transaction.idempotency.storedResponses(for: wanted + wanted)
        }
        let none = try await world.database.read { try $0.idempotency.storedResponses(for: []) }

        #expect(found == records)
        #expect(none.isEmpty)
    }

    @Test(arguments: TestEngine.available)
    func `old keys are deleted a few at a time, and none that still counts`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let account = try await world.account().account
        let (now, response) = (world.clock.now, response)
        for (number, age) in [86_400, 86_401, 90_000, 86_399, 0].enumerated() {
            let request = request("\(number)")
            try await world.database.write(of: account) {
                try $0.idempotency.storeResponse(response, request, of: account, now: now - .seconds(age))
            }
        }

        func delete() async throws -> Int {
            try await world.database.write(order: .alone) {
                try $0.idempotency.deleteIdempotencyKeys(before: now - Idempotency.lifetime, limit: 2)
            }
        }
        #expect(try await [delete(), delete(), delete()] == [2, 1, 0])
        for number in 3...4 {
            let request = request("\(number)")
            let stays = try await world.database.read {
                try $0.idempotency.storedResponse(request, of: account, now: now)
            }
            #expect(stays == response)
        }
    }
}
