import Core
import HTTPTypes
import Hummingbird

/// A stored file as a response: all of it, the part that is asked for, or only that the client has it already.
struct FileResponse: Sendable {
    let store: any FileStore

    /// - Parameter headers: Of the file, with its tag. A response without the file has fewer.
    func callAsFunction(
        _ file: ServedFile, to request: Request, _ headers: HTTPFields
    ) async throws -> Response {
        let conditions = FileConditions(request.headers)
        if conditions.isUnchanged(file) { return Response(status: .notModified, headers: headers) }
        var headers = headers
        headers[.contentType] = file.type.contentType
        // A part is only for those who get it: of HEAD, ranges have no meaning (RFC 9110, 14.2).
        switch request.method == .get ? conditions.range(of: file) : .whole {
        case .whole:
            return try await response(.ok, file, nil, request, headers)
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)"
            return try await response(.partialContent, file, range, request, headers)
        case .unsatisfiable:
            for name in [.contentType, .contentDisposition, .eTag, .lastModified] as [HTTPField.Name] {
                headers[name] = nil
            }
            headers[.contentRange] = "bytes */\(file.size)"
            headers[.cacheControl] = "no-store"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
    }

    /// The file is opened before the response begins, so that a file whose bytes are gone is still a 404.
    private func response(
        _ status: HTTPResponse.Status, _ file: ServedFile, _ range: Range<Int>?, _ request: Request,
        _ headers: HTTPFields
    ) async throws -> Response {
        let length = range?.count ?? file.size
        if request.method == .head {
            guard try await store.size(of: file.key) != nil else { throw FileStoreError.notFound }
            var headers = headers
            headers[.contentLength] = String(length)
            return Response(status: status, headers: headers)
        }
        let opened = try await store.open(file.key, range: range ?? 0..<file.size)
        return Response(status: status, headers: headers, body: ResponseBody(opened, length: length))
    }
}

extension ResponseBody {
    init(_ file: OpenedFile, length: Int) {
        self.init(contentLength: length) { writer in
            for try await chunk in file.bytes { try await writer.write(chunk) }
            try await writer.finish(nil)
        }
    }
}
