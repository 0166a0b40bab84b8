@testable import Bench
import Testing

struct ResponseReaderTests {
    @Test
    func `a response with a length is complete with its last byte`() {
        var reader = ResponseReader()

        let withoutTheLast = reader.take("HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\n\r\nabcd")
        #expect(!withoutTheLast)
        let withTheLast = reader.take("e")
        #expect(withTheLast)
        #expect(reader.status == 202)
    }

    @Test
    func `a head that arrives in pieces is read all the same`() {
        var reader = ResponseReader()

        let inTheHead = reader.take("HTTP/1.1 404 Not Found\r\ncontent-le")
        #expect(!inTheHead)
        let beforeTheBody = reader.take("ngth: 3\r\n\r")
        #expect(!beforeTheBody)
        let withTheBody = reader.take("\nabc")
        #expect(withTheBody)
        #expect(reader.status == 404)
    }

    @Test
    func `a response in chunks is complete with the empty chunk`() {
        var reader = ResponseReader()

        let afterAChunk = reader.take("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        #expect(!afterAChunk)
        let inTheEmptyChunk = reader.take("0\r\n")
        #expect(!inTheEmptyChunk)
        let afterTheEmptyChunk = reader.take("\r\n")
        #expect(afterTheEmptyChunk)
    }

    @Test
    func `an empty response ends with its head, and the next one starts from the beginning`() {
        var reader = ResponseReader()

        let first = reader.take("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        #expect(first)
        reader.reset()
        let second = reader.take("HTTP/1.1 503 Busy\r\ncontent-length: 2\r\n\r\nno")
        #expect(second)
        #expect(reader.status == 503)
    }
}

extension ResponseReader {
    fileprivate mutating func take(_ text: String) -> Bool {
        Array(text.utf8).withUnsafeBytes { take($0) }
    }
}
