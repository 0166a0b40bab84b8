@testable import Core
import Testing

struct StripeFormTests {
    /// As the official Python package sent it.
    private let checkout = """
        mode=subscription&line_items[0][price]=price_1&line_items[0][quantity]=1&client_reference_id=team_7\
        &success_url=https%3A%2F%2Fapp.example%2Fok%3Fsid%3D%7BCHECKOUT_SESSION_ID%7D\
        &subscription_data[metadata][team]=7&metadata[team]=7&allow_promotion_codes=true&expand[0]=line_items
        """

    @Test func `brackets make a tree, as they are and percent-encoded`() throws {
        let form = try StripeForm(decoding: checkout)

        #expect(form["mode"]?.text == "subscription")
        #expect(form["line_items"]?.elements == [["price": "price_1", "quantity": 1]])
        #expect(form["success_url"]?.text == "https://app.example/ok?sid={CHECKOUT_SESSION_ID}")
        #expect(form["subscription_data"]?["metadata"]?["team"]?.text == "7")
        let escaped = checkout.replacing("[", with: "%5B").replacing("]", with: "%5d")
        #expect(try StripeForm(decoding: escaped) == form)
    }

    @Test func `what is encoded is read again as it was`() throws {
        let form: StripeForm = [
            "customer": nil, "amount": -5, "cancel_at_period_end": true, "items": [["id": "si_1", "price": "price_ü"]],
            "metadata": ["a b": "1&2=3", "empty": ""], "expand": ["data.product", "x+y%"],
        ]

        #expect(form.encoded == """
            amount=-5&cancel_at_period_end=true&items%5B0%5D%5Bid%5D=si_1&items%5B0%5D%5Bprice%5D=price_%C3%BC\
            &metadata%5Ba%20b%5D=1%262%3D3&metadata%5Bempty%5D=&expand%5B0%5D=data.product&expand%5B1%5D=x%2By%25
            """)
        #expect(try StripeForm(decoding: form.encoded) == form)
        #expect(StripeForm().encoded.isEmpty)
    }

    @Test func `a list takes numbers in any order, with gaps, and what is added at its end`() throws {
        #expect(try StripeForm(decoding: "x[7]=b&x[2]=a")["x"]?.elements == ["a", "b"])
        #expect(try StripeForm(decoding: "types[]=x&types[]=y")["types"]?.elements == ["x", "y"])
        #expect(try StripeForm(decoding: "x[1]=a&x[]=b")["x"]?.members?.map(\.name) == ["1", "2"])
        #expect(try StripeForm(decoding: "x[a]=1")["x"]?.elements == nil)
        #expect(try StripeForm(decoding: "x=1")["x"]?.elements == nil)
    }

    @Test func `elements are in the order of their numbers, not of their digits`() throws {
        let form: StripeForm = ["x": StripeForm((0..<12).map { .text(String($0)) })]
        let shuffled = (form["x"]?.members ?? []).reversed().map { "x[\($0.name)]=\($0.value.text ?? "")" }

        #expect(try StripeForm(decoding: shuffled.joined(separator: "&"))["x"]?.elements == form["x"]?.elements)
    }

    @Test func `a list whose last number is the greatest there is takes no more`() throws {
        let text = "x[\(Int.max)]=a&x[]=b"
        #expect(throws: StripeForm.Malformed.name("x[]")) { try StripeForm(decoding: text) }
        // What is no number that can be counted with is a name.
        let beyond = try StripeForm(decoding: "x[\(Int.max)0]=a&x[]=b")["x"]
        #expect(beyond?.elements == nil && beyond?.members?.map(\.name) == ["\(Int.max)0", "0"])
    }

    @Test func `lists in lists and members without a value keep their places`() throws {
        let form: StripeForm = [
            "a": [["b": ["c", "d"]], ["b": nil]], "none": [], "empty": [:], "no": false,
            "big": 9_223_372_036_854_775_807,
        ]

        #expect(form.encoded
            == "a%5B0%5D%5Bb%5D%5B0%5D=c&a%5B0%5D%5Bb%5D%5B1%5D=d&no=false&big=9223372036854775807")
    }

    @Test(arguments: [
        ("a%3Db=1", "a=b", "1"), ("a=b=c", "a", "b=c"), ("a=%26%3D%25", "a", "&=%"), ("a+b=1+2", "a b", "1 2"),
        ("%C3%A9=%e2%82%ac", "é", "€"), ("&&a=1&", "a", "1"), ("a.b-c=1", "a.b-c", "1"),
    ])
    func `names and texts are decoded after the pairs are parted`(text: String, name: String, value: String) throws {
        #expect(try StripeForm(decoding: text) == .members([.init(name, .text(value))]))
    }

    @Test func `a text that gets a member becomes a tree`() {
        var form: StripeForm = "text"
        #expect(form["a"] == nil && form.members == nil)

        form["a"] = "1"
        #expect(form == ["a": "1"] && form.text == nil)
        form["b"] = nil
        #expect(form == ["a": "1"])
    }

    @Test func `another body has another digest, and the same one the same`() {
        let form: StripeForm = ["name": "A", "email": "a@example.com"]
        let others: [StripeForm] = [
            ["name": "A"], ["name": "A", "email": "b@example.com"], ["name": ["A"], "email": "a@example.com"],
            ["email": "a@example.com", "name": "A"], [:],
        ]

        #expect(form.digest == (["name": "A", "email": "a@example.com"] as StripeForm).digest)
        #expect(Set(others.map(\.digest) + [form.digest]).count == 6)
        #expect(form.digest.utf8.count == 16 && form.digest.utf8.allSatisfy { Hex.value($0) != nil })
    }

    @Test func `of two texts the last counts, and an empty one is there`() throws {
        let form = try StripeForm(decoding: "a=1&a=2+3&b&c=")
        #expect(form["a"]?.text == "2 3")
        #expect(form["b"]?.text == "" && form["c"]?.text == "" && form["d"] == nil)
        #expect(try StripeForm(decoding: "") == StripeForm())
    }

    @Test func `members are set, changed and removed by name`() {
        var form: StripeForm = ["a": "1", "b": "2"]
        form["a"] = "3"
        form["b"] = nil
        form["c"] = ["d": "4"]
        #expect(form == ["a": "3", "c": ["d": "4"]])
    }

    @Test(arguments: ["[a]=1", "a]=1", "a[b=1", "a[b]c=1", "a[[b]]=1", "a[b]]=1", "a[][b]=1", "=1", "a][b]=1"])
    func `a name whose brackets do not match is refused`(text: String) {
        let name = String(text.dropLast(2))
        #expect(throws: StripeForm.Malformed.name(name)) { try StripeForm(decoding: text) }
    }

    @Test func `a text and a tree of one name do not go together`() {
        #expect(throws: StripeForm.Malformed.conflict("a[b]")) { try StripeForm(decoding: "a=1&a[b]=2") }
        #expect(throws: StripeForm.Malformed.conflict("a")) { try StripeForm(decoding: "a[b]=2&a=1") }
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%ff", "%C3=1"])
    func `what is no text is refused`(text: String) {
        #expect(throws: StripeForm.Malformed.encoding) { try StripeForm(decoding: text) }
    }

    @Test func `depth and number are bounded`() throws {
        let deepest = "a" + String(repeating: "[b]", count: 15)
        #expect(try StripeForm(decoding: deepest + "=1").encoded.hasSuffix("=1"))
        #expect(throws: StripeForm.Malformed.tooDeep(deepest + "[b]")) { try StripeForm(decoding: deepest + "[b]=1") }
        let many = (0..<1000).map { "a\($0)=1" }.joined(separator: "&")
        #expect(try StripeForm(decoding: many).members?.count == 1000)
        #expect(throws: StripeForm.Malformed.tooMany) { try StripeForm(decoding: many + "&b=1") }
    }
}
