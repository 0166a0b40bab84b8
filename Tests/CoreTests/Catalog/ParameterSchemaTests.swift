@testable import Core
import Foundation
import Testing

/// The rules for each type of parameter, on schemas of the test's own.
struct ParameterSchemaTests {
    private func schema(_ parameters: String) throws -> ParameterSchema {
        try JSON(parsing: "[\(parameters)]").decode()
    }

    private func outcome(_ parameter: String, _ value: JSON) throws -> JSON? {
        let schema = try schema(#"{"name": "p", \#(parameter)}"#)
        do throws(ParameterError) { return try schema.validate(["p": value])["p"] } catch {
            #expect(error.code == .invalid && error.field == "p" && error.message.hasPrefix("'p' "), "\(error)")
            return nil
        }
    }

    @Test func `a schema is read from JSON, and written as it was`() throws {
        let text = """
            {"name": "prompt", "type": "text", "required": true, "maximum": 10}, {"name": "n", "type": "integer", \
            "default": 3}
            """
        let schema = try schema(text)

        #expect(schema.parameters.map(\.name) == ["prompt", "n"])
        #expect(schema.parameter("n")?.default == 3 && schema.parameter("m") == nil)
        #expect(try JSON(schema) == JSON(parsing: "[\(text)]"))
        #expect(throws: (any Error).self) { try self.schema(#"{"name": "a", "type": "number"}"#) }
        #expect(throws: (any Error).self) { try self.schema(#"{"type": "text"}"#) }
    }

    @Test(arguments: [
        ("abc", "abc"), ("  abc \n", "abc"), ("a b", "a b"), ("ab", nil), ("  ab  ", nil), ("abcde", "abcde"),
        ("abcdef", nil), ("     abcde     ", "abcde"), ("a\u{0}bc", nil), ("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", "👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧"),
        (7, nil), (["abc"], nil),
        (true, nil), ("", nil),
    ] as [(JSON, JSON?)])
    func `text is trimmed, then counted in characters as people see them`(value: JSON, valid: JSON?) throws {
        #expect(try outcome(#""type": "text", "minimum": 3, "maximum": 5"#, value) == valid)
    }

    @Test func `text without bounds has ten thousand characters at most`() throws {
        let most = JSON.string(String(repeating: "e", count: 10_000))

        #expect(try outcome(#""type": "text""#, most) == most)
        #expect(try outcome(#""type": "text""#, .string(String(repeating: "e", count: 10_001))) == nil)
        #expect(try outcome(#""type": "text""#, "") == "")
    }

    @Test(arguments: [
        ("e", 16_384, true), ("e", 16_385, false), ("é", 8192, true), ("é", 8193, false),
        // One character, as people see it.
        ("\u{301}", 8192, true), ("\u{301}", 8193, false),
    ])
    func `text has 16 KB at most, however few characters that is`(unit: String, count: Int, isValid: Bool) throws {
        // Blanks around the text are not sent on, and do not count.
        let text = String(repeating: unit, count: count) + "  "
        let valid = try outcome(#""type": "text", "maximum": 20000"#, .string(text))
        #expect((valid != nil) == isValid)
    }

    @Test func `an error repeats 64 code points of an unknown name, and not one character of a megabyte`() throws {
        let name = "x" + String(repeating: "\u{301}", count: 500_000)
        let cut = "x" + String(repeating: "\u{301}", count: 63)

        #expect(throws: ParameterError(
            code: .unknown, field: cut, message: "Unknown parameter '\(cut)'. Supported parameters: p.")
        ) { try schema(#"{"name": "p", "type": "text"}"#).validate([name: 1]) }
    }

    @Test(arguments: [
        (-5, -5), (5, 5), (0, 0), (-6, nil), (6, nil), (.decimal(2.5), nil), ("3", nil), (true, nil), ([3], nil),
        (.integer(.max), nil), (.integer(.min), nil),
    ] as [(JSON, JSON?)])
    func `a whole number is within its bounds`(value: JSON, valid: JSON?) throws {
        for type in ["integer", "percent"] {
            #expect(try outcome(#""type": "\#(type)", "minimum": -5, "maximum": 5"#, value) == valid)
        }
    }

    @Test func `a number without bounds is any that is not negative`() throws {
        #expect(try outcome(#""type": "integer""#, .integer(.max)) == .integer(.max))
        #expect(try outcome(#""type": "integer""#, -1) == nil)
    }

    @Test(arguments: [
        ("a", "a"), ("b c", "b c"), ("A", nil), ("a ", nil), ("", nil), ("c", nil), (1, nil), (["a"], nil),
        ("e\u{301}", nil),
    ] as [(JSON, JSON?)])
    func `a choice is one of those that there are, letter by letter`(value: JSON, valid: JSON?) throws {
        #expect(try outcome(#""type": "choice", "choices": ["a", "b c"]"#, value) == valid)
        #expect(try outcome(#""type": "choice""#, value) == nil, "without choices there is none")
    }

    @Test(arguments: [
        ("01234567-89ab-7cde-8f01-23456789abcd", true), ("01234567-89AB-7CDE-8F01-23456789ABCD", true), ("x", false),
        ("", false), (7, false), (["01234567-89ab-7cde-8f01-23456789abcd"], false),
        ("01234567-89ab-7cde-8f01-23456789abcd/../x", false),
    ] as [(JSON, Bool)])
    func `a picture is named by an id`(value: JSON, isValid: Bool) throws {
        #expect(try (outcome(#""type": "asset""#, value) != nil) == isValid)
    }

    @Test func `an integer does for a longer side, and a long text for nothing`() throws {
        #expect(try outcome(#""type": "resolution""#, 1024) == "1024")
        #expect(try outcome(#""type": "resolution""#, 1000) == nil)
        #expect(try outcome(#""type": "aspectRatio""#, .string("1:" + String(repeating: "0", count: 100) + "1")) == nil)
        #expect(try outcome(#""type": "aspectRatio""#, "16:9") == "16:9")
    }

    @Test func `a default stands in for what is missing or null, and is checked as well`() throws {
        let schema = try schema(#"{"name": "n", "type": "integer", "maximum": 5, "default": 3}"#)
        let wrong = try self.schema(#"{"name": "n", "type": "integer", "maximum": 5, "default": 9}"#)

        #expect(try schema.validate([:]) == ["n": 3])
        #expect(try schema.validate(["n": .null]) == ["n": 3])
        #expect(try schema.validate(["n": 4]) == ["n": 4])
        #expect(throws: ParameterError.self) { try wrong.validate([:]) }
    }

    @Test func `what is unknown is refused before anything else, the first by its name`() throws {
        let schema = try schema(#"{"name": "p", "type": "text", "required": true}"#)

        let error = #expect(throws: ParameterError.self) { try schema.validate(["z": 1, "P": "a", "": 2]) }

        #expect(error?.code == .unknown && error?.field == "")
        #expect(error?.message.contains("Supported parameters: p.") == true)
    }

    @Test func `a size has its bounds on each side, whichever way it was asked for`() throws {
        let schema = try schema("""
            {"name": "resolution", "type": "resolution", "minimum": 256, "maximum": 2048, "default": "1K"}, \
            {"name": "aspectRatio", "type": "aspectRatio"}
            """)
        func size(_ given: [String: JSON]) -> String? { try? schema.validate(given)["resolution"]?.string }

        #expect(size([:]) == "1024x1024" && size(["aspectRatio": "2:1"]) == "1024x512")
        #expect(size(["resolution": "256x2048"]) == "256x2048")
        #expect(size(["resolution": "2K", "aspectRatio": "1:2"]) == "1024x2048")
        for (given, field) in [
            (["resolution": "255x2048"], "resolution"), (["resolution": "256x2049"], "resolution"),
            (["resolution": "4K"], "resolution"), (["resolution": "512", "aspectRatio": "4:1"], "resolution"),
            (["resolution": "512x512", "aspectRatio": "2:1"], "aspectRatio"),
        ] as [([String: JSON], String)] {
            #expect(throws: ParameterError.self) { try schema.validate(given) }
            do throws(ParameterError) { _ = try schema.validate(given) } catch { #expect(error.field == field) }
        }
    }
}
