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

    /// An error's body, and what it says; nil where it is none.
    @Test(arguments: [
        (#"{"detail":"no"}"#, "no"), (#"{"detail":{"msg":"no","type":"x"}}"#, "no"),
        (#"{"detail":[{"loc":7,"msg":"a"},"b",7,{"msg":{"x":1}}]}"#, #"a; b; {"x":1}"#),
        (#"{"detail":[{"message":"a"}]}"#, "a"), (#"{"detail":[{}]}"#, ""),
        (#"{"detail":"no","error_type":7}"#, "no"), (#"{"detail":[]}"#, nil), (#"{"detail":[7]}"#, nil),
        (#"{"detail":null}"#, nil), (#"{"error":"no"}"#, nil), ("[]", nil), (#""no""#, nil), (#"{"detail":{}}"#, nil),
    ] as [(String, String?)])
    func `an error's body is read as far as it says something`(text: String, message: String?) throws {
        #expect(FalErrorBody(json: try JSON(tolerating: text.utf8))?.message == message)
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

    @Test(arguments: [
        ("0%", 0), ("100%", 100), ("101%", nil), ("99.5%", 99), ("step 3.40%", 3), ("100.0%", 100), ("150.5%", nil),
        ("Rendering...40%", 40), ("v2. 7%", 7), ("10% of 20%", 20), ("%", nil), ("50 %", nil), ("½%", nil),
        ("٤٠%", nil), ("99999999999999999999%", nil), ("40", nil), ("", nil),
    ] as [(String, Int?)])
    func `a line's percentage is its last, whole and at most 100`(line: String, percentage: Int?) {
        #expect(FalLogLine(line, timestamp: "").percentage == percentage)
    }

    @Test(arguments: [
        // A prefix that is no namespace where nothing follows it, and one where an app does.
        ("workflows/me", "workflows/me"), ("comfy/me/flow/a/b", "comfy/me/flow"), ("other/me/flow", "other/me"),
        ("7-a", "7/a"), ("123456-name-two", "123456/name-two"), ("1/2/3/4/5/6/7/8/9/0", "1/2"),
    ])
    func `an app id's owner and alias are what its requests are asked for by`(text: String, canonical: String) throws {
        let id = try #require(FalAppID(text))
        #expect(id.canonical == canonical)
    }

    @Test(arguments: [
        "-name", "123456-", "12a-name", "name-123", "fal-ai/flux?x=1", "fal-ai/flux#x", "fal-ai/fl%75x", "./flux",
        "fal-ai/flux\n", "fal-ai/" + String(repeating: "a", count: 194),
    ])
    func `a text that would change the address is no app id`(text: String) {
        #expect(FalAppID(text) == nil)
    }

    @Test(arguments: [
        (#"{"kty":"OKP","crv":"Ed25519","x":"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w"}"#, 1),
        (#"{"kty":"OKP","crv":"Ed25519","x":"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=","kid":"1","new":[]}"#, 1),
        (#"{"kty":"OKP","crv":"X25519","x":"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w"}"#, 0),
        (#"{"kty":"EC","crv":"Ed25519","x":"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w"}"#, 0),
        (#"{"kty":"OKP","crv":"Ed25519"}"#, 0), (#"{"kty":"OKP","crv":"Ed25519","x":""}"#, 0),
        (#"{"kty":"OKP","crv":"Ed25519","x":"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPbw"}"#, 0),
        (#"{"kty":"OKP","crv":"Ed25519","x":"not base64!"}"#, 0),
    ])
    func `of a key set only whole Ed25519 keys count`(key: String, count: Int) throws {
        let set: FalKeySet = try decode(#"{"keys":[{"kty":"RSA","n":"1"},\#(key)]}"#)
        #expect(set.publicKeys.count == count)
    }
}
