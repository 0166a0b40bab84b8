@testable import Core
import NIOCore
import Synchronization
import Testing
import TestSupport

/// What the driver sends, how often, where to, and how long it waits.
struct FalRequestTests {
    private let reference = FalDriver.reference
    private let submission = FalDriver.submission

    /// A clock that stands still and writes down how long it is asked to wait. Nobody is woken.
    private final class Waits: Sendable {
        private let clock = FakeTime()
        private let asked = Mutex<[Duration]>([])

        var all: [Duration] { asked.withLock { $0 } }

        var time: Time {
            Time(now: clock.time.now, sleep: { duration in
                self.asked.withLock { $0.append(duration) }
                try await self.clock.time.sleep(duration)
            })
        }
    }

    /// Every wait is over at once.
    private let hurried = Time(now: { Instant(seconds: 1_780_000_000) }, sleep: { _ in })

    @Test func `a submission is JSON and asks for JSON, a poll and a cancel have no body, and all have our key`()
        async throws
    {
        try await FalDriver.with(
            FalDriver.completed(FalDriver.json(200, FalDriver.accepted))
        ) { provider, server async throws in
            _ = await provider.submit(submission)
            _ = await provider.poll(reference)
            _ = await provider.cancel(reference)

            let heads = server.requests.map { $0.lowercased() }
            #expect(heads.count == 4)
            #expect(heads.allSatisfy { $0.contains("\r\nauthorization: key id:secret\r\n") })
            #expect(heads.allSatisfy { $0.contains("\r\naccept: application/json\r\n") })
            #expect(heads.filter { $0.contains("\r\ncontent-type: application/json\r\n") } == [heads[0]])
            #expect(server.bodies.dropFirst().allSatisfy { $0.isEmpty })
        }
    }

    @Test func `each request has a bound of time of its own`() async throws {
        let waits = Waits()
        let answer = FalDriver.completed(FalDriver.json(200, FalDriver.accepted))
        try await FalDriver.with(answer, time: waits.time) { provider, _ async throws in
            _ = await provider.submit(submission)
            #expect(waits.all == [.seconds(30)])

            _ = await provider.poll(reference)
            #expect(waits.all.dropFirst() == [.seconds(15), .seconds(30)], "the status and the result")

            _ = await provider.cancel(reference)
            #expect(waits.all.dropFirst(3) == [.seconds(15)])
        }
    }

    @Test func `after its time a submission is open, and a poll and a cancel have learned nothing`() async throws {
        try await FalDriver.with({ _ in .init("", closes: false) }, time: hurried) { provider, _ async throws in
            #expect(await provider.submit(submission) == .noResponse("no complete response in time"))
            #expect(await provider.poll(reference) == .unavailable("no response", retryAfter: nil))
            #expect(await provider.cancel(reference) == .unavailable("no response"))
        }
    }

    /// fal has no idempotency key: a second submission is a second order.
    @Test(arguments: [
        FalDriver.json(408, ""), FalDriver.json(409, ""), FalDriver.json(429, "", "Retry-After: 0\r\n"),
        FalDriver.json(500, #"{"detail":"x"}"#), FalDriver.json(502, "nginx"), FalDriver.json(503, ""),
        FalDriver.json(504, ""), .init(""), .init("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"),
    ])
    func `a submission is sent once, whatever becomes of it`(answer: ScriptedServer.Answer) async throws {
        try await FalDriver.with({ _ in answer }) { provider, server async throws in
            _ = await provider.submit(submission)

            #expect(server.requests.count == 1)
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect is not followed, so that the key and the input go nowhere else`(status: Int) async throws {
        let elsewhere = try await ScriptedServer { _ in FalDriver.json(200, FalDriver.accepted) }
        let location = "Location: http://127.0.0.1:\(elsewhere.port)/\r\n"
        try await FalDriver.with({ _ in FalDriver.json(status, "", location) }) { provider, server async throws in
            #expect(
                await provider.submit(submission)
                    == .refused(ProviderFailure(.failed, "HTTP \(status)", isTransient: true)))
            #expect(await provider.poll(reference) == FalPoll.unusable("HTTP \(status) for the status", nil))
            #expect(await provider.cancel(reference) == .unavailable("HTTP \(status)"))

            #expect(server.requests.count == 3)
            #expect(elsewhere.requests.isEmpty)
        }
    }

    @Test func `the addresses in a response are not used: what follows goes to fal's own host`() async throws {
        let stranger = try await ScriptedServer { _ in FalDriver.json(200, "{}") }
        let url = "http://127.0.0.1:\(stranger.port)/take"
        let urls = #""response_url":"\#(url)","status_url":"\#(url)","cancel_url":"\#(url)""#
        let accepted = FalDriver.json(200, #"{"request_id":"r1",\#(urls)}"#)
        let completed = #"{"status":"COMPLETED",\#(urls)}"#
        try await FalDriver.with(FalDriver.completed(accepted, status: completed)) { provider, server async throws in
            #expect(await provider.submit(submission) == .accepted(requestID: "r1", queuePosition: nil))
            let mine = ProviderReference(endpoint: submission.endpoint, requestID: "r1")
            _ = await provider.poll(mine)
            _ = await provider.cancel(mine)

            #expect(server.requests.count == 4)
            #expect(stranger.requests.isEmpty)
        }
    }

    @Test(arguments: [
        (200, #"{"request_id":"r1"}"#, nil), (202, #"{"request_id":"r1","queue_position":0}"#, 0),
        (201, #"{"request_id":"r1","status":"WARMING_UP","queue_position":5,"new":[1]}"#, 5),
        (200, #"{"request_id":"r1","status":7,"queue_position":"3","response_url":null}"#, nil),
        (200, #"{"request_id":"r1","detail":"a note","queue_position":2.5,"logs":"none"}"#, nil),
    ] as [(Int, String, Int?)])
    func `a response with a request's id is an acceptance, whatever else it has or lacks`(
        status: Int, body: String, position: Int?
    ) async throws {
        try await FalDriver.with({ _ in FalDriver.json(status, body) }) { provider, _ async throws in
            #expect(await provider.submit(submission) == .accepted(requestID: "r1", queuePosition: position))
        }
    }

    /// What is said of a failure is stored on attempts, shown to operators and logged.
    @Test(arguments: [
        FalDriver.json(401, #"{"detail":"No user found for Key ID and Secret"}"#), FalDriver.json(500, ""),
        FalDriver.json(302, "", "Location: http://127.0.0.1:1/?key=id:secret\r\n"), FalDriver.json(200, "secret"),
        .init(""), .init("id:secret\r\n\r\n"), .ok([], announcing: FalHTTP.responseLimit + 1),
    ])
    func `what is said of a failure has neither our key nor our webhook's address`(answer: ScriptedServer.Answer)
        async throws
    {
        try await FalDriver.with({ _ in answer }) { provider, _ async throws in
            await expectDiscreet(provider)
        }
    }

    @Test func `nor has what is said of a host that cannot be reached, or of an address that is none`() async throws {
        try await FalDriver.withClient(connectTimeout: .milliseconds(200)) { client in
            await expectDiscreet(FalDriver.provider(at: 1, client))
            let nowhere = FalProvider(
                .init(
                    name: .fal, queueURL: "http://", keysURL: "", key: FalDriver.key, concurrency: 1,
                    webhookTimeout: .zero, firstPoll: .zero, slowestPoll: .zero), client: client, time: .system)
            await expectDiscreet(nowhere)
        }
    }

    private func expectDiscreet(_ provider: FalProvider) async {
        let submitted = "\(await provider.submit(submission))"
        let others = "\(await provider.poll(reference)) \(await provider.cancel(reference))"
        for text in [submitted, others] {
            #expect(!text.contains("id:secret") && !text.contains("1.c") && !text.contains("a dog"), "\(text)")
        }
    }
}
