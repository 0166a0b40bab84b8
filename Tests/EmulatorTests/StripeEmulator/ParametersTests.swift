import Core
import Testing
@testable import StripeEmulator

/// How the members of a form are read.
struct ParametersTests {
    private enum Color: String, CaseIterable { case red, green }

    private func parameters(_ form: String) throws -> Parameters { Parameters(form: try StripeForm(decoding: form)) }

    private func refusal(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch let error as APIError {
            return [String(error.status), error.code ?? "-", error.param ?? "-"].joined(separator: " ")
        } catch {
            return "\(error)"
        }
    }

    @Test func `texts, numbers, truth values and choices are read by their type`() throws {
        let form = try parameters("text=a+b&number=42&yes=true&no=false&color=green&empty=")

        #expect(try form.text("text") == "a b" && form.integer("number") == 42)
        #expect(try form.bool("yes") == true && form.bool("no") == false)
        #expect(try form.choice("color") == Color.green)
        #expect(try form.text("empty") == nil && form.raw("empty") == "" && form.has("empty"))
        #expect(try form.integer("empty") == nil && form.bool("none") == nil && !form.has("none"))
    }

    @Test(
        arguments: [
            "", "-1", "1.0", "1e3", "0x10", " 1", "100000000", "9223372036854775808", "one",
        ])
    func `an integer has digits only, and is within its bounds`(text: String) throws {
        let form = try parameters("amount=\(text)")

        #expect(
            refusal { _ = try form.integer("amount") } == (text.isEmpty ? "" : "400 parameter_invalid_integer amount"))
    }

    @Test(arguments: ["TRUE", "1", "yes", "tru"])
    func `a truth value is true or false`(text: String) throws {
        let form = try parameters("cancel=\(text)")

        #expect(refusal { _ = try form.bool("cancel") } == "400 - cancel")
    }

    @Test func `a wrong type is named by its place in the form`() throws {
        let form = try parameters("a[b]=1&c=text&d[x]=1&e[0][f]=oops&e[1]=text&g[0][h]=1")

        #expect(refusal { _ = try form.text("a") } == "400 - a")
        #expect(refusal { _ = try form.part("c") } == "400 - c")
        #expect(refusal { _ = try form.parts("c") } == "400 - c")
        #expect(refusal { _ = try form.parts("d") } == "400 - d")
        #expect(refusal { _ = try form.parts("e") } == "400 - e")
        #expect(refusal { _ = try form.texts("g") } == "400 - g")
        #expect(refusal { _ = try form.part("a")?.required("z") } == "400 parameter_missing a[z]")
        #expect(
            refusal { _ = try form.parts("g")?.first?.part("h") } == "400 - g[0][h]")
        let color: () throws -> Color? = { try form.choice("c") }
        #expect(refusal { _ = try color() } == "400 - c")
    }

    @Test func `unknown members are refused, on each level, but expand is known everywhere`() throws {
        let form = try parameters("a=1&expand[]=x&b[c]=1&b[expand]=1")

        #expect(refusal { try form.allow("a", "b") } == "")
        #expect(refusal { try form.allow("b") } == "400 parameter_unknown a")
        #expect(refusal { _ = try form.part("b")?.allow("c") } == "400 parameter_unknown b[expand]")
    }

    @Test func `arrays are read in the order of their numbers, and duplicates by the last`() throws {
        let form = try parameters("x[2]=c&x[0]=a&x[1]=b&y[]=1&y[]=2&z=1&z=2&items[1][price]=q&items[0][price]=p")

        #expect(try form.texts("x") == ["a", "b", "c"] && form.texts("y") == ["1", "2"])
        #expect(try form.text("z") == "2")
        let prices = try form.parts("items")?.map { try $0.required("price") }
        #expect(prices == ["p", "q"])
        #expect(try form.texts("none") == nil && form.parts("none") == nil)
    }

    @Test func `lengths are bounded, by characters`() throws {
        let form = try parameters("a=\(String(repeating: "é", count: 40).percentEncoded)&l[0]=1&l[1]=2")

        #expect(try form.text("a", limit: 40)?.count == 40)
        #expect(refusal { _ = try form.text("a", limit: 39) } == "400 string_too_long a")
        #expect(refusal { _ = try form.texts("l", limit: 1) } == "400 - l")
    }

    @Test(
        arguments: [
            ("", ["a": "1", "b": "2"]), ("metadata[b]=3", ["a": "1", "b": "3"]),
            ("metadata[c]=3", ["a": "1", "b": "2", "c": "3"]), ("metadata[a]=", ["b": "2"]), ("metadata=", [:]),
        ] as [(String, [String: String])])
    func `metadata is merged, and what is empty is removed`(text: String, expected: [String: String]) throws {
        #expect(try parameters(text).metadata(["a": "1", "b": "2"]) == expected)
    }

    @Test func `metadata has limits`() throws {
        func form(keys: Int) -> String { (0..<keys).map { "metadata[k\($0)]=v" }.joined(separator: "&") }
        let (long, value) = (String(repeating: "k", count: 40), String(repeating: "v", count: 500))

        #expect(try parameters(form(keys: 50)).metadata().count == 50)
        #expect(refusal { _ = try parameters(form(keys: 51)).metadata() } == "400 - metadata")
        #expect(refusal { _ = try parameters(form(keys: 50)).metadata(["old": "1"]) } == "400 - metadata")
        #expect(try parameters("metadata[\(long)]=\(value)").metadata() == [long: value])
        #expect(refusal { _ = try parameters("metadata[\(long)k]=v").metadata() } == "400 - metadata[\(long)k]")
        #expect(refusal { _ = try parameters("metadata[k]=\(value)v").metadata() } == "400 - metadata[k]")
        #expect(refusal { _ = try parameters("metadata=x").metadata() } == "400 - metadata")
        #expect(refusal { _ = try parameters("metadata[a][b]=x").metadata() } == "400 - metadata[a]")
    }
}
