import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import TestSupport
import Testing
@testable import Web

/// A form's first file out of a request's body, and what is refused on the way to it.
struct MultipartFileTests {
    private func request(
        _ form: String, type: String = "multipart/form-data; boundary=xX", of size: Int = 1000
    ) -> Request {
        .test(headers: [.contentType: type], body: Array(form.utf8), of: size)
    }

    private func part(_ name: String, _ body: String, filename: String? = nil) -> String {
        let file = filename.map { "; filename=\"\($0)\"" } ?? ""
        return "--xX\r\nContent-Disposition: form-data; name=\"\(name)\"\(file)\r\n\r\n\(body)\r\n"
    }

    /// The file's name and bytes.
    private func read(_ request: Request) async throws -> String? {
        guard let file = try await MultipartFile.open(request) else { return nil }
        var bytes = file.filename + ": "
        for try await part in file { bytes += String(buffer: part) }
        return bytes
    }

    @Test(arguments: [1, 3, 50, 10_000])
    func `the first file is read, whatever stands before it, and nothing behind it`(size: Int) async throws {
        let form = part("a", "text") + part("empty", "", filename: "") + part("f", "one\r\n--xY\r\n", filename: "a.png")
            + part("g", "two", filename: "b.png") + "--xX--"

        #expect(try await read(request(form, of: size)) == "a.png: one\r\n--xY\r\n")
        #expect(try await read(request(part("f", "", filename: "a.png") + "--xX--", of: size)) == "a.png: ")
    }

    @Test func `a form that is cut anywhere is malformed, and never a file that only seems whole`() async throws {
        let form = part("a", "text") + part("f", "content", filename: "a.png") + "--xX--\r\n"
        let bytes = Array(form.utf8)
        let end = try #require(form.range(of: "content\r\n--xX")).upperBound.utf16Offset(in: form)

        for length in bytes.indices {
            let request = Request.test(
                headers: [.contentType: "multipart/form-data; boundary=xX"], body: Array(bytes.prefix(length)), of: 7)
            if length < end {
                await #expect(throws: MultipartError.malformed, "\(length)") { try await read(request) }
            } else {
                #expect(try await read(request) == "a.png: content")
            }
        }
    }

    @Test func `a form without a file says so`() async throws {
        for form in ["--xX--", part("a", "text") + "--xX--", part("a", "", filename: "") + "--xX--"] {
            await #expect(throws: MultipartError.noFile) { try await read(request(form)) }
        }
        await #expect(throws: MultipartError.malformed) { try await read(request("")) }
    }

    @Test(arguments: [
        ("image/png", nil), ("", nil), ("multipart", nil), ("application/x-www-form-urlencoded", nil),
        ("multipart/form-data; boundary=xX", "a.png: b"), ("Multipart/Mixed;boundary=\"xX\"", "a.png: b"),
        ("multipart/form-data; charset=utf-8; BOUNDARY=xX; x=y", "a.png: b"),
    ] as [(String, String?)])
    func `a form is known by its type and its boundary`(type: String, read expected: String?) async throws {
        #expect(try await read(request(part("f", "b", filename: "a.png") + "--xX--", type: type)) == expected)
    }

    @Test(arguments: [
        "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=\(String(repeating: "b", count: 71))", "multipart/form-data; boundary=yY",
        "multipart/form-data boundary=xX",
    ])
    func `without its boundary a form cannot be read`(type: String) async throws {
        await #expect(throws: MultipartError.malformed) {
            try await read(request(part("f", "b", filename: "a.png") + "--xX--", type: type))
        }
    }

    @Test func `fields before the file have a bound, and so have parts`() async throws {
        let long = part("a", String(repeating: "x", count: (1 << 20) + 1))
        await #expect(throws: MultipartError.tooMuch) { try await read(request(long + part("f", "b", filename: "c"))) }
        let many = String(repeating: part("a", ""), count: 33)
        await #expect(throws: MultipartError.tooMuch) { try await read(request(many)) }
    }

    @Test func `a body that breaks off is the sender's failure`() async throws {
        let request = Request.test(
            headers: [.contentType: "multipart/form-data; boundary=xX"],
            body: Array(part("f", "bbb", filename: "c").utf8.dropLast(4)), breaksOff: true)
        await #expect(throws: Parts.BrokenOff.self) { try await read(request) }
    }

    @Test func `whatever bytes come, the parser ends`() {
        var chance = Seeded(51)
        let pieces = ["--xX", "\r\n", "\r", "\n", "--", "-", "xX", "Content-Disposition: form-data; name=a", "\r\n\r\n"]
        for _ in 0..<3_000 {
            var parser = MultipartParser(boundary: "xX")
            var events = 0
            do throws(MultipartError) {
                for _ in 0..<chance.number(1...12) {
                    parser.feed(ByteBuffer(string: pieces[Int(chance.number(0...Int64(pieces.count - 1)))]))
                    while let event = try parser.next() {
                        events += 1
                        if event == .end { break }
                    }
                }
            } catch {}
            #expect(events < 100)
        }
    }

    @Test(arguments: [
        ("a; b=c", "c"), ("a;b=c;d=e", "c"), ("a; b=\"c\"", "c"), ("a; b=\"c;d\"", "c;d"), ("a; B=c", "c"),
        ("a; b = c", nil), ("a;\t b=c", "c"), ("a; b=c ; d=e", "c"), ("a; b=", ""), ("a; b=\"\"", ""),
        ("a; b=\"c", "c"),
        ("a; b=\"c\\\"d\"", "c\"d"), ("a; b=\"c\\", "c\\"), ("a; b", nil), ("a", nil), ("", nil), (";b=c", "c"),
        (";;;b=c", "c"), ("a; b=c; b=d", "d"), ("a; x=\"; b=c", nil), ("a; =b; b=c", "c"),
    ] as [(String, String?)])
    func `a header's parameters are read as they are written`(header: String, value: String?) {
        #expect(HeaderParameters(header)["b"] == value)
    }

    @Test func `a header of many parameters is read to a bound, and one of many marks to its end`() {
        let many = "a" + (0..<100).map { "; p\($0)=\($0)" }.joined()

        #expect(HeaderParameters(many)["p15"] == "15" && HeaderParameters(many)["p16"] == nil)
        #expect(HeaderParameters(String(repeating: ";", count: 20_000) + "b=c")["b"] == "c")
        #expect(HeaderParameters(String(repeating: ";b=\"", count: 10_000))["b"] != nil)
    }

    @Test(arguments: [
        ("filename*=UTF-8''a%20b.png", "a b.png"), ("filename*=utf-8'en'%e2%82%ac.png", "€.png"),
        ("filename*=ISO-8859-1''a.png; filename=b.png", "b.png"), ("filename*=UTF-8''%; filename=b.png", "b.png"),
        ("filename*=UTF-8'a.png; filename=b.png", "b.png"), ("filename*=UTF-8''%FF; filename=\"b.png\"", "b.png"),
        ("name=x", nil), ("filename=\"a%0D%0Ab\"", "a\r\nb"), ("filename=\"%41\"", "%41"),
    ] as [(String, String?)])
    func `a name in another alphabet is read, and a wrong one gives way to the plain one`(text: String, name: String?) {
        #expect(MultipartHeaders("Content-Disposition: form-data; \(text)").filename == name)
        #expect(MultipartHeaders("X: y\r\ncontent-disposition:form-data;\(text)\r\nZ: filename=z").filename == name)
    }
}
