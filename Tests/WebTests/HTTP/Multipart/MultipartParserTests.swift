import NIOCore
import Testing
@testable import Web

struct MultipartParserTests {
    /// What comes out, with the bytes of each part put together.
    private func parse(_ text: String, boundary: String = "xX", of size: Int) throws -> [String] {
        var parser = MultipartParser(boundary: boundary)
        var rest = Array(text.utf8)[...]
        var seen: [String] = []
        var bytes = ""
        while true {
            switch try parser.next() {
            case .part(let headers): seen.append("part \(headers.name ?? "-") \(headers.filename ?? "-")")
            case .bytes(let buffer): bytes += String(buffer: buffer)
            case .endOfPart:
                seen.append("bytes \(bytes)")
                bytes = ""
            case .end: return seen
            case nil:
                guard !rest.isEmpty else { return seen + ["cut short"] }
                parser.feed(ByteBuffer(bytes: rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
        }
    }

    @Test(arguments: [1, 2, 3, 7, 64, 10_000])
    func `a form is taken apart, however its bytes arrive`(size: Int) throws {
        let form = """
            preamble\r\n--xX\r\nContent-Disposition: form-data; name="a"\r\n\r\none\r\n--xX \t\r\n\
            content-disposition: form-data; name="file"; filename="b.png"\r\nContent-Type: image/png\r\n\r\n\
            \r\n--x\r\n-xX\r\n--xY\r\r\n\r\n--xX\r\n\r\n\r\n--xX\r\n\
            Content-Disposition: form-data; name=c\r\n\r\n\r\n--xX--\r\nepilogue
            """
        #expect(try parse(form, of: size) == [
            "part a -", "bytes one", "part file b.png", "bytes \r\n--x\r\n-xX\r\n--xY\r\r\n", "part - -", "bytes ",
            "part c -", "bytes ",
        ])
    }

    @Test func `a form that stops early never ends`() throws {
        let form = "--xX\r\nContent-Disposition: form-data; name=a\r\n\r\none\r\n--x"
        #expect(try parse(form, of: 5) == ["part a -", "cut short"])
    }

    @Test func `headers, preamble and parts have a limit`() {
        let long = String(repeating: "a", count: 20_000)
        #expect(throws: MultipartError.malformed) { try parse(long, of: 1000) }
        #expect(throws: MultipartError.tooMuch) { try parse("--xX\r\nX: \(long)\r\n\r\n", of: 1000) }
        #expect(throws: MultipartError.tooMuch) { try parse("--xX\r\nX: \(long)\r\n\r\n", of: 100_000) }
        let many = String(repeating: "--xX\r\n\r\n\r\n", count: 40) + "--xX--"
        #expect(throws: MultipartError.tooMuch) { try parse(many, of: 1000) }
        #expect(throws: MultipartError.malformed) { try parse("--xXabc\r\n\r\n", of: 1000) }
    }

    @Test(arguments: [
        (#"form-data; name="file"; filename="a b.png""#, "a b.png"), (#"form-data; filename=a.png"#, "a.png"),
        (#"form-data; filename="a%22b;c.png""#, #"a"b;c.png"#), (#"form-data; filename="a\"b\\c.png""#, #"a"b\c.png"#),
        (#"form-data; filename="C:\x\a.png""#, #"C:\x\a.png"#),
        (#"form-data; filename="x"; filename*=UTF-8''na%C3%AFve.png"#, "naïve.png"),
        (#"form-data; filename="naïve.png"; name="f""#, "naïve.png"), (#"form-data; filename="#, ""),
    ])
    func `a file's name is read as browsers and tools write it`(disposition: String, filename: String) {
        #expect(MultipartHeaders("Content-Type: x\r\nContent-Disposition: \(disposition)").filename == filename)
    }
}
