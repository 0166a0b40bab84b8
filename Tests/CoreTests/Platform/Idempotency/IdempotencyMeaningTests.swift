import Core
import Testing

/// When two requests with one key ask for the same.
struct IdempotencyMeaningTests {
    private func request(_ body: String) throws -> Idempotency {
        Idempotency(route: "r", key: "k", body: try JSON(parsing: body), bytes: Array(body.utf8))
    }

    @Test(arguments: [
        (#"{"a": 1, "b": 2}"#, #"{"b":2,"a":1}"#),
        (#"{"a": {"c": 1, "b": [2]}}"#, " {\n\t\"a\":{\"b\":[2],\"c\":1} }\r\n"),
        (#"{"a": 1}"#, #"{"a": 1.0}"#), (#"{"a": 1}"#, #"{"a": 10e-1}"#), (#"{"a": 0.5}"#, #"{"a": 5E-1}"#),
        (#"{"a": 100}"#, #"{"a": 1e2}"#), (#"{"a": 0}"#, #"{"a": -0.0}"#), (#"{"a": 1e30}"#, #"{"a": 1000e27}"#),
        (#"{"a": "é/b"}"#, #"{"\u0061": "\u00e9\/b"}"#), (#"{"a": "😀"}"#, #"{"a": "\ud83d\uDE00"}"#),
        (#"{"a": 1, "a": 2}"#, #"{"a": 2}"#), ("[]", "[ ]"),
    ])
    func `spelling does not count`(one: String, other: String) throws {
        let (first, second) = (try request(one), try request(other))

        #expect(first.bodyHash == second.bodyHash && first.bytesHash != second.bytesHash)
        #expect(second.isSame(as: first.bodyHash) && first.isSame(as: second.bodyHash))
    }

    @Test(arguments: [
        (#"{"a": 1}"#, #"{"a": 2}"#), (#"{"a": 1}"#, #"{"a": "1"}"#), (#"{"a": 1}"#, #"{"a": 1.01}"#),
        (#"{"a": [1, 2]}"#, #"{"a": [2, 1]}"#), (#"{"a": "b"}"#, #"{"a": "B"}"#), (#"{"a": "b"}"#, #"{"a": "b "}"#),
        (#"{"a": null}"#, #"{}"#), (#"{"a": false}"#, #"{"a": 0}"#), (#"{"a": {}}"#, #"{"a": []}"#),
        (#"{"a": "\u00e9"}"#, #"{"a": "e\u0301"}"#), (#"{"a": {"b": 1}}"#, #"{"a.b": 1}"#),
        (#"{"jobs": [{"prompt": "a"}]}"#, #"{"prompt": "a"}"#), (#"{"a": "\\n"}"#, #"{"a": "\n"}"#),
    ])
    func `a value, its type and the order of a list count`(one: String, other: String) throws {
        let (first, second) = (try request(one), try request(other))

        #expect(!second.isSame(as: first.bodyHash) && !first.isSame(as: second.bodyHash))
    }

    @Test
    func `a key of an earlier version, which stored the hash of the bytes, is recognized by the same bytes`() throws {
        let stored = Idempotency.hash(Array(#"{"prompt": "a", "seed": 7.0}"#.utf8))

        #expect(try request(#"{"prompt": "a", "seed": 7.0}"#).isSame(as: stored))
        // Any other spelling is refused, as it was then: nothing is done twice.
        #expect(try !request(#"{"prompt":"a","seed":7}"#).isSame(as: stored))
        #expect(try !request(#"{"prompt": "b", "seed": 7.0}"#).isSame(as: stored))
        #expect(try !request("{}").isSame(as: nil) && !Idempotency(route: "r", key: "k", bodyHash: "h").isSame(as: nil))
    }
}
