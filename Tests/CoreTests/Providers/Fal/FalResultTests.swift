@testable import Core
import Foundation
import Testing

/// What a stored payload means: files, or why there are none.
struct FalResultTests {
    private func files(_ payload: JSON) throws -> [ProviderFile] {
        guard case .delivered(let files, _) = FalResult.outcome(of: FalResult.delivered(payload)) else {
            throw FalErrorBody("not delivered")
        }
        return files
    }

    private func failure(_ result: JSON) throws -> ProviderFailure {
        guard case .failed(let failure) = FalResult.outcome(of: result) else { throw FalErrorBody("not failed") }
        return failure
    }

    @Test(arguments: [
        (["images": [["url": "a"], ["url": "b"]]], ["a", "b"]),
        (["images": [["url": "a", "width": "wide", "content_type": 7]]], ["a"]),
        (["image": ["url": "a"]], ["a"]),
        (["image": ["url": "a"], "mask_image": ["url": "m"]], ["a"]),
        (["video": ["url": "v"]], ["v"]),
        (["videos": [["url": "v"], ["url": "w"]]], ["v", "w"]),
        (["image": ["url": "a"], "video": ["url": "v"]], ["a", "v"]),
        (["images": [], "image": ["url": "a"]], ["a"]),
        (["images": [["uri": "a"], nil, "b", ["url": 7], ["url": "c"]]], ["c"]),
        (["images": "none"], []),
        ([:], []),
        (nil, []),
        ([["url": "a"]], []),
    ] as [(JSON, [String])])
    func `files are where models put them, in their order, and nothing else is a file`(
        payload: JSON, urls: [String]
    ) throws {
        #expect(try files(payload).map(\.url) == urls)
    }

    @Test(arguments: [
        ([true, false], [true, false]), ([false], [false, false]), ([true], [true, false]), ([], [false, false]),
        (["yes", 1], [false, false]), ([true, true, true], [true, true]),
    ] as [(JSON, [Bool])])
    func `a flag belongs to the file at its place, and only true is one`(flags: JSON, flagged: [Bool]) throws {
        let payload: JSON = ["images": [["url": "a"], ["url": "b"]], "has_nsfw_concepts": flags]

        #expect(try files(payload).map(\.isFlagged) == flagged)
    }

    /// An unsafe image must not be delivered because another entry could not be read.
    @Test(arguments: [
        ([nil, ["url": "b"]], [false, true], [true]), ([["uri": "a"], ["url": "b"]], [true, false], [false]),
        ([["url": "a"], 7, ["url": "c"]], [false, false, true], [false, true]),
    ] as [(JSON, JSON, [Bool])])
    func `a flag keeps its place where an entry before it is no file`(
        images: JSON, flags: JSON, flagged: [Bool]
    ) throws {
        #expect(try files(["images": images, "has_nsfw_concepts": flags]).map(\.isFlagged) == flagged)
    }

    @Test func `the flag of a single picture counts as that of a list`() throws {
        #expect(try files(["image": ["url": "a"], "has_nsfw_concepts": [true]]).map(\.isFlagged) == [true])
        #expect(try files(["images": [], "image": ["url": "a"], "has_nsfw_concepts": []]).map(\.isFlagged) == [false])
    }

    /// Which of them may be fetched is the downloader's to decide, by the address that it really connects to.
    @Test(arguments: [
        "http://169.254.169.254/latest/meta-data", "http://localhost:5432", "file:///etc/passwd", "javascript:alert(1)",
        "data:image/png;base64,AAAA", "https://user:pass@example.com/a.png", "", "../../etc/passwd", "\u{0}",
    ])
    func `an address is passed on as it was given, and never changes what else is delivered`(url: String) throws {
        let made = try files(["images": [["url": .string(url)], ["url": "https://v3.fal.media/b.png"]]])

        #expect(made.map(\.url) == [url, "https://v3.fal.media/b.png"])
    }

    @Test func `more files than were asked for are all there, in their order`() throws {
        let urls = (0..<300).map { "https://v3.fal.media/\($0).png" }

        #expect(try files(["images": .array(urls.map { ["url": .string($0)] })]).map(\.url) == urls)
    }

    @Test(arguments: [
        (["url": "a", "width": 9_223_372_036_854_775_807, "height": -1, "file_size": 0], 9_223_372_036_854_775_807, 0),
        (["url": "a", "width": .decimal(1.5), "file_size": "12"], nil, nil),
        (["url": "a", "width": nil, "file_size": true], nil, nil),
    ] as [(JSON, Int?, Int?)])
    func `a file's measures are whole numbers, or are not known`(file: JSON, width: Int?, size: Int?) throws {
        let read = try #require(FalFile(file))

        #expect(read.width == width && read.fileSize == size)
        #expect(FalFile(read.json) == read)
    }

    @Test(arguments: [
        ("42", 42), ("0", 0), ("9007199254740993", 9_007_199_254_740_993), ("18446744073709551615", .max), ("1.0", 1),
        ("18446744073709551616", nil), ("-1", nil), ("0.5", nil), ("NaN", nil), (#""42""#, nil), ("[42]", nil),
        ("null", nil),
    ] as [(String, UInt64?)])
    func `a seed is a whole number of up to 64 bits, with all its digits`(text: String, seed: UInt64?) throws {
        let payload = try JSON(tolerating: #"{"images":[{"url":"a"}],"seed":\#(text)}"#.utf8)

        #expect(FalResult.outcome(of: FalResult.delivered(payload))
            == .delivered([ProviderFile(url: "a", isFlagged: false)], seed: seed))
    }

    @Test func `a model's list of complaints says why, before the queue's own text`() throws {
        let complaint: JSON = [
            "detail": [["loc": ["body", "prompt"], "msg": "not that", "type": "content_policy_violation"]],
        ]
        let failure = try failure(
            FalResult.failed("Invalid status code: 422", type: nil, status: 422, payload: complaint))

        #expect(failure.code == .contentPolicy)
        #expect(failure.message == "prompt: not that")
    }

    @Test func `a type beside the error counts where the payload has none`() throws {
        let failure = try failure(
            FalResult.failed("gone", type: "runner_disconnected", status: 200, payload: ["detail": "x"]))

        #expect(failure.code == .failed && failure.isTransient)
        #expect(failure.message == "gone")
    }

    @Test(arguments: [nil, [:], "text", [1], ["detail": 5]] as [JSON?])
    func `without a readable payload the error's text and status say why`(payload: JSON?) throws {
        let refused = try failure(FalResult.failed("it broke", type: nil, status: 422, payload: payload))
        let broken = try failure(FalResult.failed("it broke", type: nil, status: 500, payload: payload))

        #expect(refused.code == .invalidInput && refused.message == "it broke")
        #expect(broken.code == .failed && broken.isTransient)
    }

    @Test func `a failure that was reported with a good status is one of the provider's`() throws {
        #expect(try failure(FalResult.failed("odd", type: nil, status: 200, payload: nil)).code == .failed)
        #expect(try failure(FalResult.failed("odd", type: nil, status: 202, payload: nil)).isTransient)
    }

    @Test(arguments: [[:], ["status": "BOTH"], ["status": 1], nil, "OK"] as [JSON])
    func `a payload that says neither is a failure worth another attempt, with a message`(result: JSON) throws {
        let failure = try failure(result)

        #expect(failure.code == .failed && failure.isTransient)
        #expect(failure.message == "no reason given")
    }

    @Test(arguments: [
        ("Invalid status code: 422", 422), ("Invalid status code: 504", 504), ("422", 422), ("", 500),
        ("Invalid status code: 200", 500), ("Invalid status code: 999", 500), ("it broke", 500), ("code: -422", 500),
    ])
    func `a webhook's error names the status, as polling would have seen it`(error: String, status: Int) {
        let body = FalWebhookBody(requestID: "1", status: .error, payload: nil, error: error)

        #expect(FalResult.result(of: body)["statusCode"] == .integer(Int64(status)))
    }

    @Test func `a webhook and a poll of the same end are stored alike`() {
        let payload: JSON = ["images": [["url": "a"]]]
        let good = FalWebhookBody(requestID: "1", status: .ok, payload: payload)
        let bad = FalWebhookBody(
            requestID: "1", status: .error, payload: ["detail": "x"], error: "Invalid status code: 422")

        #expect(FalResult.result(of: good) == FalResult.delivered(payload))
        #expect(
            FalResult.result(of: bad)
                == FalResult.failed("Invalid status code: 422", type: nil, status: 422, payload: ["detail": "x"]))
    }

    @Test func `an error is stored with a bounded text`() {
        let stored = FalResult.failed(String(repeating: "x", count: 5000), type: nil, status: 500, payload: nil)

        #expect(stored["error"]?.string?.count == 1000)
    }
}
