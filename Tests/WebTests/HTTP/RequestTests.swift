import Core
import Crypto
import Edge
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization
import TestSupport
import Testing
@testable import Web

/// What is read out of a request, and what is refused in it.
struct RequestTests {
    private enum Parameter: String, PageName { case kind, job, from, format, limit, cursor }

    private func query(_ path: String) throws -> Query<Parameter> { try Query(Request.test(path)) }

    @Test(arguments: [1, 7, 100, 1000])
    func `a body is read whole up to its limit, however it arrives`(size: Int) async throws {
        let bytes = (0..<100).map { UInt8($0) }

        #expect(try await Request.test(body: bytes, of: size).bytes(limit: 100) == bytes)
        #expect(await refusal {
            _ = try await Request.test(body: bytes, of: size).bytes(limit: 99)
        } == "413 body_too_large")
        #expect(try await Request.test().bytes(limit: 0) == [])
    }

    @Test(arguments: [
        ("100", nil), ("101", "413 body_too_large"), ("99999999999999999999", nil),
    ] as [(String, String?)])
    func `a body that is announced as too long is refused before any of it is read`(
        length: String, expected: String?
    ) async throws {
        var headers = HTTPFields()
        headers[.contentLength] = length
        let parts = Counted()
        let body = RequestBody(asyncSequence: parts)
        let head = HTTPRequest(method: .post, scheme: "http", authority: "a", path: "/", headerFields: headers)

        #expect(await refusal { _ = try await Request(head: head, body: body).bytes(limit: 100) } == expected)
        #expect(parts.asked == (expected == nil ? 1 : 0))
    }

    /// The number of bytes that are announced, and how many bytes of the body there are.
    @Test(arguments: [(nil, 10, true), (11, 10, false), (10, 10, false), (1, 0, false)] as [(Int?, Int, Bool)])
    func `a body that breaks off, or ends before its length, is the sender's own failure`(
        announced: Int?, size: Int, breaksOff: Bool
    ) async throws {
        let request = Request.test(body: [UInt8](repeating: 32, count: size), of: 7, breaksOff: breaksOff)
        var read = 0
        let body = ReceivedBody(request.body, announced: announced, logger: Logger(label: "test"))

        do {
            for try await part in body { read += part.readableBytes }
            #expect(announced == size && !breaksOff, "no failure")
        } catch is BrokenBody {
            #expect(breaksOff || announced != size)
        }
        #expect(read == size, "what has come is passed on")
    }

    @Test(arguments: [
        ("gzip", "gzip"), ("GZIP", "GZIP"), ("br", "br"), ("identity, zstd", "zstd"), ("x-gzip, identity", "x-gzip"),
        ("identity", nil), ("Identity , identity", nil), ("", nil), (",", nil), (nil, nil),
    ] as [(String?, String?)])
    func `a coding other than identity is found in a header`(header: String?, coding: String?) {
        var headers = HTTPFields()
        headers[.contentEncoding] = header
        #expect(Request.test(headers: headers).contentCoding == coding)
    }

    @Test(arguments: [
        ("", "400 invalid_json"), (" ", "400 invalid_json"), ("{", "400 invalid_json"), ("{}{}", "400 invalid_json"),
        ("prompt=a", "400 invalid_json"), ("{}", nil), ("null", nil), (" [1] ", nil),
    ] as [(String, String?)])
    func `a body is one JSON value`(text: String, expected: String?) async throws {
        #expect(await refusal { _ = try await Request.test(body: Array(text.utf8)).json() } == expected)
    }

    private struct Named: Decodable { let name: String }

    /// A body, the field that its refusal names, and what is said to be wrong and where.
    @Test(arguments: [
        (#"{"name": "a \ud83d"}"#, "name", "half of a surrogate pair at byte 12 in 'name'"),
        (#"{"name": "a", "list": [1, {"x": NaN}]}"#, "list.1.x", "NaN or Infinity at byte 32 in 'list.1.x'"),
        (#"{"name": 1e400}"#, "name", "a number that is too large at byte 9 in 'name'"),
        (#"{"name": "a""#, nil, "it ends early, at byte 12"), ("name=a", nil, "an unexpected character at byte 0"),
    ] as [(String, String?, String)])
    func `a body that is no JSON is refused with what is wrong and where`(
        text: String, field: String?, problem: String
    ) async throws {
        let untyped = await #expect(throws: APIError.self) { try await Request.test(body: Array(text.utf8)).json() }
        let typed = await #expect(throws: APIError.self) {
            try await Request.test(body: Array(text.utf8)).decode(Named.self)
        }
        for error in [untyped, typed] {
            #expect(error?.status == .badRequest && error?.code == "invalid_json" && error?.field == field)
            #expect(error?.message == "The body is not valid JSON: \(problem).")
        }
    }

    @Test(arguments: [
        ("", 20), ("?limit=1", 1), ("?limit=100", 100), ("?limit=0", nil), ("?limit=101", nil), ("?limit=-1", nil),
        ("?limit=", nil), ("?limit=x", nil), ("?limit=1.5", nil), ("?limit=99999999999999999999", nil),
        ("?limit=%31", 1),
        ("?limit=5%20", nil), ("?job=1&limit=5", 5), ("?limit", nil), ("?&limit=5&", 5), ("?lim%69t=5", 5),
        ("?limit=5&limit=6", 5),
    ] as [(String, Int?)])
    func `a page has one to a hundred items`(query: String, limit: Int?) async throws {
        let request = Request.test("/api/jobs" + query)
        let found = await refusal {
            let found = try Query<Parameter>(request).limit(.limit)
            #expect(found == limit)
        }
        #expect(found == (limit == nil ? "422 invalid_parameter limit" : nil))
    }

    @Test func `a page goes on behind its cursor, and any other text is none`() async throws {
        let id = ID<Job>.random()
        let page = try query("/?cursor=\(id)&limit=3").page(of: Job.self)

        #expect(page.cursor == id && page.limit == 3 && page.readLimit == 4)
        #expect(try query("/").page(of: Job.self, limit: 50).limit == 50)
        #expect(try query("/?cursor=-7").page(by: Int.self).cursor == -7)
        for cursor in ["", "x", "\(id)0", "%00", "%27%20OR%201=1", "1e3", "9223372036854775808", "0x10", " 5"] {
            let path = "/?cursor=" + cursor.replacing(" ", with: "%20")
            #expect(await refusal { _ = try query(path).page(of: Job.self) } == "422 invalid_parameter cursor")
            #expect(await refusal { _ = try query(path).page(by: Int.self) } == "422 invalid_parameter cursor")
        }
    }

    private enum Color: String, CaseIterable { case red, darkBlue = "dark blue" }

    @Test func `a choice is one of those that there are`() async throws {
        #expect(try query("/?kind=red").choice(.kind) == Color.red)
        #expect(try query("/?kind=dark%20blue").choice(.kind) == Color.darkBlue)
        #expect(try query("/?job=red").choice(.kind) == Color?.none)
        #expect(try query("/?kind=dark+blue").choice(.kind) == Color.darkBlue, "a plus is a blank, as in a form")
        for value in ["", "RED", "red%20", "dark%2Bblue", "blue"] {
            #expect(await refusal {
                _ = try query("/?kind=\(value)").choice(.kind) as Color?
            } == "422 invalid_parameter kind")
        }
    }

    @Test func `an id and an instant are read strictly`() async throws {
        let id = ID<Job>.random()

        #expect(try query("/?job=\(id)").identifier(.job, of: Job.self) == id)
        #expect(try query("/").identifier(.job, of: Job.self) == nil)
        #expect(try query("/?from=2026-11-21").instant(.from)?.text == "2026-11-21T00:00:00.000Z")
        #expect(try query("/?from=2026-11-21T05%3A03%3A49Z").instant(.from)?.text == "2026-11-21T05:03:49.000Z")
        for value in ["", "x", "2026-02-30", "now"] {
            let query = try query("/?job=\(value)&from=\(value)")
            #expect(await refusal { _ = try query.identifier(.job, of: Job.self) } == "422 invalid_parameter job")
            #expect(await refusal { _ = try query.instant(.from) } == "422 invalid_parameter from")
        }
    }

    @Test(arguments: [
        ("2026-11-21T06%3A03%3A49%2B01%3A00", nil), ("2026-11-21T00:03:49-05:00", nil),
        // Not encoded, a plus is a blank: the message says what to write.
        ("2026-11-21T06:03:49+01:00", "'from' has a blank before its offset. In a URL, encode '+' as '%2B'."),
        ("2026-11-21T06:03:49%200100", "'from' has a blank before its offset. In a URL, encode '+' as '%2B'."),
        ("2026-11-21+05:03:49Z", "'from' must be a time such as"), ("now+then", "'from' must be a time such as"),
    ] as [(String, String?)])
    func `an instant may have an offset, whose plus is encoded`(value: String, message: String?) throws {
        let query = try query("/?from=\(value)")
        if let message {
            let error = #expect(throws: APIError.self) { try query.instant(.from) }
            #expect(error?.message.hasPrefix(message) == true && error?.field == "from", "\(error?.message ?? "")")
        } else {
            #expect(try query.instant(.from)?.text == "2026-11-21T05:03:49.000Z")
        }
    }

    @Test func `a flag is true or false, and nothing else`() async throws {
        #expect(try query("/?kind=true").flag(.kind) == true && query("/?kind=false").flag(.kind) == false)
        #expect(try query("/").flag(.kind) == nil)
        for value in ["", "1", "True", "yes"] {
            #expect(await refusal { _ = try query("/?kind=\(value)").flag(.kind) } == "422 invalid_parameter kind")
        }
    }

    @Test(arguments: [
        ("/?job=a%00", "422 invalid_parameter job"), ("/?job=1&job=%00", "422 invalid_parameter job"),
        ("/?job=%0A%01", nil), ("/?job=a%", nil), ("/?job=%FF", nil),
    ] as [(String, String?)])
    func `a parameter with U+0000 is refused by its name`(path: String, expected: String?) async {
        #expect(await refusal { _ = try query(path) } == expected)
    }

    @Test(arguments: [
        (#"{"t": "a\u0000b"}"#, "422 invalid_parameter t"),
        (#"{"l": ["a", "\u0000"]}"#, "422 invalid_parameter l.1"),
        (#"{"d": {"\u0000": 1}}"#, "422 invalid_parameter d.\u{0}"), (#""\u0000""#, "422 invalid_parameter"),
        (#"{"t": "a\u0001\n"}"#, nil),
    ] as [(String, String?)])
    func `a body with U+0000 is refused by the field that has it`(text: String, expected: String?) async throws {
        struct Body: Decodable {}
        #expect(await refusal { _ = try await Request.test(body: Array(text.utf8)).json() } == expected)
        #expect(await refusal { _ = try JSON(body: Array(text.utf8)) } == expected)
        #expect(await refusal { _ = try await Request.test(body: Array(text.utf8)).decode(Body.self) } == expected)
    }

    @Test(arguments: [
        ("/", nil, false), ("/?format=csv", nil, true), ("/?format=json", "text/csv", false), ("/", "text/csv", true),
        ("/", "Text/CSV;q=0.9, */*", true), ("/", "application/json, text/csv", false), ("/", "*/*", false),
    ] as [(String, String?, Bool)])
    func `CSV is sent to those who ask for it first`(path: String, accept: String?, wants: Bool) throws {
        #expect(try query(path).wantsCSV(.format, accept: accept) == wants)
    }

    @Test func `another format is refused`() async throws {
        for format in ["", "CSV", "xml"] {
            #expect(await refusal {
                _ = try query("/?format=\(format)").wantsCSV(.format, accept: nil)
            } == "422 invalid_parameter format")
        }
    }

    @Test(arguments: [
        ("?cursr=x", "cursr", "Did you mean 'cursor'?"), ("?limit=1&Limit=2", "Limit", "Did you mean 'limit'?"),
        ("?job_=1", "job_", "Did you mean 'job'?"), ("?form=now", "form", "Did you mean 'from'?"),
        ("?offset=20", "offset", "'offset'. Supported parameters: kind, job, from, format, limit, cursor."),
        ("?=1", "", "Supported parameters"), ("?zz", "zz", "Supported parameters"),
    ])
    func `a parameter that a route does not take is refused, with the one that was meant`(
        text: String, name: String, hint: String
    ) throws {
        let error = #expect(throws: APIError.self) { try query("/" + text) }
        #expect(error?.code == "unknown_parameter" && error?.status.code == 422 && error?.field == name)
        #expect(error?.message.contains(hint) == true, "\(error?.message ?? "")")
        let none = #expect(throws: APIError.self) { try Request.test("/" + text).refuseQuery() }
        #expect(none?.code == "unknown_parameter" && none?.message.contains("None is supported") == true)
    }

    @Test func `an unknown parameter is repeated in part, and no parameter is none`() async throws {
        let long = String(repeating: "x", count: 1000)
        #expect(await refusal { _ = try query("/?\(long)=1") } == "422 unknown_parameter \(long.prefix(64))")
        for path in ["/", "/?", "/?&"] { #expect(await refusal { try Request.test(path).refuseQuery() } == nil) }
    }

    @Test(arguments: ["a", "~", "order 7/e", "{\"a\":1}", String(repeating: "k", count: 255)])
    func `a key has up to 255 printable characters, and goes with the hash of its body`(key: String) throws {
        let request = Request.test(headers: [.idempotencyKey: key])
        let body = Array(#"{ "a": 1.0 }"#.utf8)

        let idempotency = try #require(try request.idempotency(route: "r", body: ["a": 1], bytes: body))

        #expect(idempotency.key == key && idempotency.route == "r")
        #expect(idempotency.bytesHash == Hex.text(SHA256.hash(data: Data(body))))
        #expect(try request.idempotency(route: "r", body: ["a": 1], bytes: [])?.bodyHash == idempotency.bodyHash)
        #expect(try request.idempotency(route: "r", body: ["a": 2], bytes: body)?.bodyHash != idempotency.bodyHash)
        #expect(try request.idempotency(route: "r", meaning: "id")?.bodyHash == Idempotency.hash(Array("id".utf8)))
        #expect(try Request.test().idempotency(route: "r", body: [:], bytes: body) == nil)
    }

    @Test func `a key beyond that is refused before anything is done`() async throws {
        for key in ["", String(repeating: "k", count: 256), "schlüssel", "a\tb", "\u{7F}"] {
            let request = Request.test(headers: [.idempotencyKey: key])
            let found = await refusal { _ = try request.idempotency(route: "r", body: [:], bytes: []) }
            #expect(found == "400 invalid_idempotency_key Idempotency-Key", "\(key.debugDescription)")
        }
    }

    @Test func `a response that is sent again says so, and is the first one's bytes`() async throws {
        let stored = StoredResponse(status: 201, body: #"{"b":1,"a":"é"}"#)
        let response = Response.replayed(stored) { $0["a"]?.string.map { "/\($0.count)" } }

        #expect(response.status == .created && response.headers[.idempotentReplayed] == "true")
        #expect(response.headers[.cacheControl] == "no-store" && response.headers[.location] == "/1")
        #expect(try await response.bytes == Array("{\"b\":1,\"a\":\"é\"}\n".utf8))
    }

    @Test func `a body's members are read by their type, and null is none of them`() async throws {
        let body = try ObjectBody(
            ["t": "text", "l": ["a", "b"], "f": false, "i": 7, "c": .decimal(12.5), "n": nil],
            ["t", "l", "f", "i", "c", "n", "more"])

        #expect(try body.text("t") == "text" && body.texts("l") == ["a", "b"] && body.flag("f") == false)
        #expect(try body.integer("i") == 7 && body.credits("c") == Credits(hundredths: 1250))
        #expect(try body["n"] == nil && body.text("n") == nil && body.text("more") == nil)
        #expect(await refusal { _ = try body.requiredInteger("n") } == "422 missing_parameter n")
        for (name, read) in [
            ("i", { _ = try body.text("i") }), ("t", { _ = try body.texts("t") }), ("i", { _ = try body.flag("i") }),
            ("c", { _ = try body.integer("c") }), ("t", { _ = try body.credits("t") }),
            ("f", { _ = try body.integer("f") }),
            ("t", { _ = try body.requiredInteger("t") }),
        ] as [(String, () throws -> Void)] {
            #expect(await refusal { try read() } == "422 invalid_parameter \(name)")
        }
    }

    @Test func `what is unknown in a body is refused, the first by its name, cut to a bound`() async throws {
        #expect(await refusal { _ = try ObjectBody(["z": 1, "b": 2, "a": 3], ["a"]) } == "422 unknown_parameter b")
        let long = String(repeating: "x", count: 1000)
        #expect(await refusal {
            _ = try ObjectBody(.object([long: nil]), [])
        } == "422 unknown_parameter \(long.prefix(64))", "a member that is null is one all the same")
        for json in [.null, [], "x", 7] as [JSON] {
            #expect(await refusal { _ = try ObjectBody(json, []) } == "400 invalid_json")
        }
    }

    @Test(arguments: [
        ("0", 0), ("0.01", 1), ("1000000000", 100_000_000_000), ("1000000000.00", 100_000_000_000), ("1e2", 10_000),
        ("-1", nil), ("-0.01", nil), ("1000000000.01", nil), ("1.005", nil), ("9223372036854775807", nil), ("[1]", nil),
        ("\"5\"", nil), ("true", nil),
    ] as [(String, Int64?)])
    func `credits are not negative, and have two decimals at most`(json: String, hundredths: Int64?) async throws {
        let body = try ObjectBody(["c": JSON(parsing: json)], ["c"])
        let found = await refusal {
            let found = try body.credits("c")
            #expect(found?.hundredths == hundredths)
        }
        #expect(found == (hundredths == nil ? "422 invalid_parameter c" : nil))
    }

    @Test func `a list of a body has texts and nothing else`() async throws {
        for list in [[1], ["a", nil], ["a", ["b"]]] as [JSON] {
            let body = try ObjectBody(["l": list], ["l"])
            #expect(await refusal { _ = try body.texts("l") } == "422 invalid_parameter l")
        }
        #expect(try ObjectBody(["l": []], ["l"]).texts("l") == [])
    }
}

/// An empty body, which knows how often it was asked for a part.
private final class Counted: AsyncSequence, AsyncIteratorProtocol, Sendable {
    private let count = Mutex(0)
    var asked: Int { count.withLock { $0 } }

    func makeAsyncIterator() -> Counted { self }

    func next() async throws -> ByteBuffer? {
        count.withLock { $0 += 1 }
        return nil
    }
}
