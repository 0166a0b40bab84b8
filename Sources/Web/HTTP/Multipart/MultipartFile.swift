import Hummingbird
import NIOCore

/// The first file in a form, as a stream. What comes before it is skipped, and what comes after it is not read.
///
/// A class, since the place in the body is shared between finding the file and reading it; it is read once, by one
/// task.
final class MultipartFile: AsyncSequence, AsyncIteratorProtocol {
    let filename: String
    private var body: RequestBody.AsyncIterator
    private var parser: MultipartParser
    private var isDone = false

    /// The most bytes of other fields before the file.
    static let skipLimit = 1 << 20

    /// Returns nil if the request's type is not multipart.
    static func open(_ request: Request) async throws -> MultipartFile? {
        guard let type = request.headers[.contentType], type.lowercased().hasPrefix("multipart/") else { return nil }
        guard let boundary = HeaderParameters(type)["boundary"], (1...70).contains(boundary.utf8.count) else {
            throw MultipartError.malformed
        }
        var body = request.body.makeAsyncIterator()
        var parser = MultipartParser(boundary: boundary)
        guard let filename = try await findFile(&body, &parser) else { throw MultipartError.noFile }
        return MultipartFile(filename: filename, body: body, parser: parser)
    }

    private init(filename: String, body: RequestBody.AsyncIterator, parser: MultipartParser) {
        self.filename = filename
        self.body = body
        self.parser = parser
    }

    func makeAsyncIterator() -> MultipartFile { self }

    func next() async throws -> ByteBuffer? {
        while !isDone {
            switch try parser.next() {
            case .bytes(let bytes): return bytes
            case .endOfPart, .end: isDone = true
            case .part: throw MultipartError.malformed
            case nil:
                guard let more = try await body.next() else { throw MultipartError.malformed }
                parser.feed(more)
            }
        }
        return nil
    }

    /// Returns the name of the first file. A file field that was left empty has an empty file name.
    private static func findFile(
        _ body: inout RequestBody.AsyncIterator, _ parser: inout MultipartParser
    ) async throws -> String? {
        var skipped = 0
        while true {
            switch try parser.next() {
            case .part(let headers):
                if let filename = headers.filename, !filename.isEmpty { return filename }
            case .bytes(let bytes):
                skipped += bytes.readableBytes
                guard skipped <= skipLimit else { throw MultipartError.tooMuch }
            case .endOfPart: continue
            case .end: return nil
            case nil:
                guard let more = try await body.next() else { throw MultipartError.malformed }
                parser.feed(more)
            }
        }
    }
}
