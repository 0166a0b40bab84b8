import Core

/// A clock that stands still until it is advanced, and moves what belongs to its customers.
struct TestClock: Document, Equatable {
    static let kind = Kind.testClock
    let id: String
    let created: Int64
    var frozenTime: Int64
    let name: String?
}

extension Renderer {
    func json(_ clock: TestClock) -> JSON {
        [
            "id": .string(clock.id), "object": "test_helpers.test_clock", "created": .integer(clock.created),
            "livemode": false, "frozen_time": .integer(clock.frozenTime), "name": .of(clock.name), "status": "ready",
            "status_details": [:], "deletes_after": .integer(clock.created + 30 * 86_400),
        ]
    }
}

extension Store {
    func createTestClock(_ call: Call) throws -> JSON {
        try call.parameters.allow("frozen_time", "name")
        guard let time = try call.parameters.instant("frozen_time") else { throw APIError.missing("frozen_time") }
        let clock = TestClock(
            id: Kind.testClock.makeID(), created: now, frozenTime: time, name: try call.parameters.text("name"))
        try transaction.insert(clock)
        try emit("test_helpers.test_clock.created", clock)
        return renderer.json(clock)
    }

    func retrieveTestClock(_ call: Call) throws -> JSON {
        renderer.json(try object(call.id, as: TestClock.self))
    }

    func listTestClocks(_ call: Call) throws -> JSON {
        try call.parameters.allow("limit", "starting_after", "ending_before")
        return try list(call, at: "/v1/test_helpers/test_clocks", { renderer.json($0 as TestClock) })
    }

    /// At Stripe this takes a while, and the clock says `advancing`. Here it is done when the response is sent.
    func advanceTestClock(_ call: Call) throws -> JSON {
        try call.parameters.allow("frozen_time")
        guard let end = try call.parameters.instant("frozen_time") else { throw APIError.missing("frozen_time") }
        let old: TestClock = try object(call.id)
        guard end > old.frozenTime else {
            throw APIError.invalid(
                "frozen_time", "Test clocks can only be advanced to a time in the future of their frozen_time.")
        }
        guard try advance(clock: old.id, until: end, from: old.frozenTime) else { throw Self.tooFar("frozen_time") }
        var clock = old
        clock.frozenTime = end
        try transaction.update(clock)
        try emit("test_helpers.test_clock.ready", clock)
        return renderer.json(clock)
    }

    static func tooFar(_ param: String) -> APIError {
        .invalid(
            param, "The time is too far away: it would cause more than \(stepLimit) events. Advance in smaller steps.")
    }
}
