import Core
import Testing

/// A body for `POST /api/generate` that is refused, and the error that its sender receives.
struct BadRequest: Sendable, CustomTestStringConvertible {
    let what: String
    let body: String
    var status = 422
    var code = "invalid_parameter"
    var field: String?
    var headers: [String: String] = [:]

    var testDescription: String { what }

    static let all: [BadRequest] = noJSON + wrongMembers + wrongValues + wrongBatches + wrongHeaders

    private static let noJSON = [
        BadRequest(what: "no body", body: "", status: 400, code: "invalid_json"),
        BadRequest(
            what: "half of a body", body: #"{"prompt": "a red dr"#, status: 400, code: "invalid_json", field: "prompt"),
        BadRequest(
            what: "half of an emoji", body: #"{"prompt": "a cat \ud83d"}"#, status: 400, code: "invalid_json",
            field: "prompt"),
        BadRequest(what: "words", body: "a red dress, please", status: 400, code: "invalid_json"),
        BadRequest(what: "a form", body: "prompt=a+red+dress", status: 400, code: "invalid_json",
            headers: ["content-type": "application/x-www-form-urlencoded"]),
        BadRequest(what: "a list", body: #"[{"prompt": "a red dress"}]"#, status: 400, code: "invalid_json"),
        BadRequest(what: "null", body: "null", status: 400, code: "invalid_json"),
        BadRequest(what: "100,000 brackets", body: deep(100_000), status: 400, code: "invalid_json"),
        BadRequest(what: "400 brackets as the prompt", body: #"{"prompt": \#(deep(400))}"#, field: "prompt"),
        BadRequest(
            what: "a number beyond all numbers", body: #"{"prompt": "a", "seed": 1e999}"#, status: 400,
            code: "invalid_json", field: "seed"),
        BadRequest(
            what: "1 MB of prompt", body: #"{"prompt": "\#(String(repeating: "a", count: 1 << 20))"}"#,
            field: "prompt"),
        // As large as a request with a data URI may be, and a little more.
        BadRequest(
            what: "14.3 MB of prompt", body: #"{"prompt": "\#(String(repeating: "a", count: 14_300_000))"}"#,
            status: 413, code: "body_too_large"),
    ]

    private static let wrongMembers = [
        BadRequest(what: "no prompt", body: "{}", code: "missing_parameter", field: "prompt"),
        BadRequest(
            what: "an unknown kind", body: #"{"kind": "flying_carpet", "prompt": "a"}"#, code: "unknown_kind",
            field: "kind"),
        BadRequest(what: "a number for a kind", body: #"{"kind": 7, "prompt": "a"}"#, field: "kind"),
        BadRequest(
            what: "an unknown parameter", body: #"{"prompt": "a", "steps": 4}"#, code: "unknown_parameter",
            field: "steps"),
        BadRequest(
            what: "an unknown endpoint", body: #"{"prompt": "a", "endpoint": "fal-ai/nothing"}"#,
            code: "unknown_endpoint", field: "endpoint"),
        BadRequest(
            what: "what the endpoint does not take", body: #"{"prompt": "a", "negativePrompt": "b"}"#,
            code: "parameter_not_supported", field: "negativePrompt"),
        BadRequest(
            what: "no picture to work on", body: #"{"kind": "background_removal"}"#, code: "missing_parameter",
            field: "inputAssetId"),
        BadRequest(
            what: "a path for a picture", body: #"{"kind": "background_removal", "inputAssetId": "../../etc/passwd"}"#,
            field: "inputAssetId"),
        BadRequest(
            what: "a picture that is not there",
            body: #"{"kind": "background_removal", "inputAssetId": "01900000-0000-7000-8000-000000000000"}"#,
            field: "inputAssetId"),
    ]

    private static let wrongValues = [
        value("prompt", #""   \n\t ""#), value("prompt", "null", code: "missing_parameter"), value("prompt", "{}"),
        value("prompt", "\"\(String(repeating: "é", count: 4001))\""), value("prompt", #""a\u0000b""#),
        value("seed", "-1"), value("seed", "4294967296"), value("seed", "1.5"), value("seed", #""7""#),
        value("seed", "99999999999999999999"),
        value("numImages", "0"), value("numImages", "5"), value("numImages", #""2""#), value("numImages", "true"),
        value("resolution", #""banana""#), value("resolution", #""0x0""#), value("resolution", #""100x100""#),
        value("resolution", #""99999x99999""#), value("resolution", #""1024x1024; DROP TABLE jobs""#),
        value("aspectRatio", #""16:0""#), value("quality", #""ultra""#), value("format", #""gif""#),
    ]

    private static let wrongBatches = [
        BadRequest(what: "no jobs", body: #"{"jobs": []}"#, field: "jobs"),
        BadRequest(what: "jobs that are no list", body: #"{"jobs": 5}"#, field: "jobs"),
        BadRequest(
            what: "21 jobs",
            body: #"{"jobs": [\#(Array(repeating: #"{"prompt": "a"}"#, count: 21).joined(separator: ", "))]}"#,
            field: "jobs"),
        BadRequest(
            what: "a bad one after a good one", body: #"{"jobs": [{"prompt": "a"}, {"prompt": ""}]}"#,
            field: "jobs.1.prompt"),
    ]

    private static let wrongHeaders = [
        key(""), key(String(repeating: "k", count: 256)), key("schlüssel"),
    ]

    private static func value(_ field: String, _ json: String, code: String = "invalid_parameter") -> BadRequest {
        let prompt = field == "prompt" ? "" : #""prompt": "a", "#
        return BadRequest(
            what: "\(field): \(json.prefix(30))", body: #"{\#(prompt)"\#(field)": \#(json)}"#, code: code, field: field)
    }

    private static func key(_ key: String) -> BadRequest {
        BadRequest(
            what: "the key '\(key.prefix(20))'", body: #"{"prompt": "a"}"#, status: 400,
            code: "invalid_idempotency_key", field: "Idempotency-Key", headers: ["idempotency-key": key])
    }

    private static func deep(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
}
