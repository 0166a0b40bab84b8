import Core
import HTTPTypes
import Hummingbird
import Testing
@testable import FalEmulator

/// What a request's status, logs, outcome and refusals say, without a server.
struct ProgressTests {
    private let begin = QueueSample.begin

    private func status(
        _ request: QueueRequest, ahead: Int = 0, after seconds: Int64, withLogs: Bool = true
    ) -> FalStatus {
        request.status(
            ahead: ahead, withLogs: withLogs, usualDuration: .seconds(10), now: begin + .seconds(seconds))
    }

    @Test func `a status names the addresses of its request, without the app's path`() {
        let request = QueueSample.request()
        let base = "http://sandbox.test/fal-ai/flux/requests/\(request.id)"

        let status = status(request, after: 0)
        #expect(status.responseURL == base)
        #expect(status.statusURL == base + "/status" && status.cancelURL == base + "/cancel")
        #expect(status.requestID == request.id.rawValue)
    }

    @Test(arguments: [
        ("", 0, 0, 0), ("", 3, 0, 3), ("queue=10", 0, 0, 10), ("queue=10", 2, 0, 12), ("queue=10", 0, 9, 1),
        ("queue=10", 1, 10, 1), ("queue=10", 0, 99, 0),
    ] as [(String, Int, Int64, Int)])
    func `a place in the queue is the number ahead, and a second each of a wait that was ordered`(
        faults: String, ahead: Int, seconds: Int64, position: Int
    ) {
        let status = status(QueueSample.request(faults: faults, wait: .seconds(10)), ahead: ahead, after: seconds)

        #expect(status.state == .inQueue && status.queuePosition == position)
        #expect(status.logs == nil && status.error == nil && status.inferenceTime == nil)
    }

    @Test(arguments: [
        ("", 0, []), ("", 1, [10]), ("", 3, [10, 20, 30]), ("slow=100", 9, []), ("slow=100", 19, [10]),
        ("slow=100", 90, [10, 20, 30, 40, 50, 60, 70, 80, 90]),
    ] as [(String, Int64, [Int])])
    func `the logs of work in progress follow the clock, over the time that it takes`(
        faults: String, seconds: Int64, percentages: [Int]
    ) {
        let request = QueueSample.request(faults: faults, state: .inProgress)

        let lines = ["Loading the sandbox (not AI)"] + percentages.map { "Rendering \($0)%" }
        #expect(status(request, after: seconds).logs?.map(\.message) == lines)
        #expect(status(request, after: seconds, withLogs: false).logs == [])
        #expect(status(request, after: seconds).queuePosition == nil)
    }

    @Test func `work that takes longer than it should is not said to be done`() {
        let logs = status(QueueSample.request(state: .inProgress), after: 1000).logs

        #expect(logs?.count == 10 && logs?.last?.message == "Rendering 90%")
    }

    @Test(arguments: [
        (Outcome(output: [:]), nil, nil, "Rendering 100%", "INFO"),
        (Outcome([FalErrorDetail("missing", "Field required", at: ["body", "prompt"])]),
         "Invalid status code: 422", nil, "Invalid status code: 422", "ERROR"),
        (.cancelled, "Request was cancelled", "client_cancelled", "Request was cancelled", "ERROR"),
        (Outcome(status: 500, "Internal Server Error", errorType: "runner_server_error"),
         "Internal Server Error", "runner_server_error", "Internal Server Error", "ERROR"),
    ] as [(Outcome, String?, String?, String, String)])
    func `a completed request has its time, its error and a last line`(
        outcome: Outcome, error: String?, type: String?, line: String, level: String
    ) {
        var request = QueueSample.request(state: .inProgress)
        request.state = .completed
        request.endedAt = begin + .milliseconds(2500)
        request.outcome = outcome

        let status = status(request, after: 100)
        #expect(status.inferenceTime == 2.5)
        #expect(status.error == error && status.errorType == type)
        #expect(status.logs?.last?.message == line && status.logs?.last?.level == level)
        #expect(status.logs?.dropLast().last?.message == "Rendering 90%")
    }

    @Test func `a request that was cancelled in the queue took no time and logged nothing`() {
        var request = QueueSample.request()
        request.state = .completed
        request.endedAt = begin + .seconds(5)
        request.outcome = .cancelled

        #expect(status(request, after: 9).inferenceTime == 0)
        #expect(status(request, after: 9).logs == [])
    }

    @Test func `a model's complaints have fal's shape: a place, a message, a type, a context, a page`() {
        let outcome = Outcome([
            FalErrorDetail("file_too_large", "Too large", at: ["body", "image_url"], context: ["max_size": 5]),
            FalErrorDetail("missing", "Field required", at: ["body", "prompt"]),
        ])

        #expect(outcome.status == 422 && outcome.errorType == nil)
        #expect(outcome.body == ["detail": [
            [
                "loc": ["body", "image_url"], "msg": "Too large", "type": "file_too_large", "ctx": ["max_size": 5],
                "url": "https://docs.fal.ai/errors#file_too_large",
            ],
            ["loc": ["body", "prompt"], "msg": "Field required", "type": "missing"],
        ]])
    }

    // MARK: Refusals and keys

    @Test func `a submission is refused so many times, then accepted, and then the count begins again`() {
        let refusals = Refusals()

        let refused = (0..<6).map { _ in refusals.refuses("a", times: 2, now: begin) }
        #expect(refused == [true, true, false, true, true, false])
        #expect(!refusals.refuses("a", times: 0, now: begin))
    }

    @Test func `refusals are counted for each submission by itself, and for a minute`() {
        let refusals = Refusals()
        #expect(refusals.refuses("a", times: 1, now: begin))

        #expect(refusals.refuses("b", times: 1, now: begin))
        #expect(!refusals.refuses("a", times: 1, now: begin + .milliseconds(59_999)))
        #expect(refusals.refuses("c", times: 1, now: begin))
        #expect(refusals.refuses("c", times: 1, now: begin + .seconds(60)), "forgotten")
    }

    @Test(arguments: ["Key id:secret", "key id:secret", "Bearer id:secret", "KEY id:secret"])
    func `the key is accepted in the forms in which clients send it`(header: String) throws {
        #expect(try KeyCheck(key: "id:secret").caller([.authorization: header]) == "id:secret")
        #expect(try KeyCheck(key: nil).caller([.authorization: header]) == "id:secret")
    }

    @Test(arguments: [
        nil, "", "Key", "Key ", "id:secret", "Basic id:secret", "Key id:secre", "Key id:secret2", "Key id:Secret",
    ])
    func `anything else than the key is refused, as fal does, in text that does not have it`(header: String?) {
        var fields = HTTPFields()
        fields[.authorization] = header
        do throws(KeyCheck.Refusal) {
            _ = try KeyCheck(key: "id:secret").caller(fields)
            Issue.record("accepted")
        } catch {
            #expect(error.response.status == .unauthorized && !error.text.contains("secret"))
        }
    }

    @Test func `an upload's token is good for uploads to the process that gave it, and for nothing else`() throws {
        let keys = KeyCheck(key: "id:secret")
        let fields: HTTPFields = [.authorization: "Bearer " + keys.uploadToken]

        #expect(throws: Never.self) { try keys.checkUpload(fields) }
        #expect(throws: KeyCheck.Refusal.self) { try keys.caller(fields) }
        #expect(throws: KeyCheck.Refusal.self) { try KeyCheck(key: "id:secret").checkUpload(fields) }
        #expect(throws: KeyCheck.Refusal.self) { try keys.checkUpload([:]) }
    }
}
