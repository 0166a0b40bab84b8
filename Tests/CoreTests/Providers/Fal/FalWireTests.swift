import Core
import Foundation
import Testing

struct FalWireTests {
    private func decode<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    @Test(arguments: [
        ("fal-ai/flux/schnell", "fal-ai/flux", "fal-ai/flux/schnell"),
        ("fal-ai/birefnet", "fal-ai/birefnet", "fal-ai/birefnet"),
        ("fal-ai/image-editing/style-transfer", "fal-ai/image-editing", "fal-ai/image-editing/style-transfer"),
        ("workflows/me/flow/step", "workflows/me/flow", "workflows/me/flow/step"),
        ("comfy/me/flow", "comfy/me/flow", "comfy/me/flow"),
        ("123456-name", "123456/name", "123456/name"),
    ])
    func `an app id has a canonical form without its path`(text: String, canonical: String, full: String) throws {
        let id = try #require(FalAppID(text))
        #expect(id.canonical == canonical)
        #expect(id.description == full)
    }

    @Test(arguments: [
        "", "flux", "fal-ai/", "/flux", "fal-ai//flux", "fal-ai/../x", "fal-ai/a b", "fal-ai/é",
        "a/b/c/d/e/f/g/h/i/j/k",
    ])
    func `what is no app id is refused`(text: String) {
        #expect(FalAppID(text) == nil)
    }

    @Test func `the three states are read, with their logs, error and unknown members`() throws {
        let queued: FalStatus = try decode(#"{"status":"IN_QUEUE","request_id":"1","queue_position":2,"new":{}}"#)
        let running: FalStatus = try decode(
            #"{"status":"IN_PROGRESS","request_id":"1","logs":[{"message":"Rendering 40%"}]}"#)
        let failed: FalStatus = try decode(
            #"{"status":"COMPLETED","request_id":"1","logs":null,"metrics":{"inference_time":1.5},"#
                + #""error":"no","error_type":"x"}"#)

        #expect(queued.queuePosition == 2)
        #expect(running.logs?.first?.percentage == 40)
        #expect(failed.error == "no" && failed.errorType == "x" && failed.inferenceTime == 1.5)
        #expect(throws: DecodingError.self) { try decode(#"{"status":"NOT_FOUND"}"#, as: FalStatus.self) }
    }

    @Test func `a status has what strict clients insist on`() throws {
        let queued = try JSON(text: JSONEncoder().encode(FalStatus(.inQueue)))
        let running = try JSON(text: JSONEncoder().encode(FalStatus(.inProgress)))

        #expect(queued == ["status": "IN_QUEUE", "queue_position": 0])
        #expect(running == ["status": "IN_PROGRESS", "logs": nil])
    }

    @Test func `both shapes of an error are read, and a list of which only parts are there`() throws {
        let flat: FalErrorBody = try decode(#"{"detail":"User is locked.","error_type":"x"}"#)
        let list: FalErrorBody = try decode(
            #"{"detail":[{"loc":["body","prompt"],"msg":"Field required","type":"missing"},"#
                + #"{"msg":"and","loc":"odd"}]}"#)

        #expect(flat.message == "User is locked.")
        #expect(flat.types == ["x"])
        #expect(list.message == "prompt: Field required; and")
        #expect(list.types == ["missing", ""])
    }

    @Test func `canonical text sorts members and writes only ASCII`() throws {
        let json: JSON = ["b": "é\"\n😀", "a": [1, true, nil, .decimal(1.5)]]
        #expect(json.canonicalText == #"{"a": [1, true, null, 1.5], "b": "\u00e9\"\n\ud83d\ude00"}"#)
        #expect(try JSON(text: json.canonicalText.utf8) == json)
    }

    @Test func `a percentage is found in a line, where there is one`() {
        #expect(FalLogLine(" 75%|#######5  | 3/4", timestamp: "").percentage == 75)
        #expect(FalLogLine("Warming up", timestamp: "").percentage == nil)
        #expect(FalLogLine("250%", timestamp: "").percentage == nil)
    }
}
