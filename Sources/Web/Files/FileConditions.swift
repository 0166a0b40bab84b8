import Core
import Foundation
import HTTPTypes

/// What a request says about the copy it already has (RFC 9110, 13.1 and 14).
struct FileConditions {
    private let headers: HTTPFields

    init(_ headers: HTTPFields) {
        self.headers = headers
    }

    /// Whether the client's copy is the file. A tag, if there is one, counts more than a date.
    func isUnchanged(_ file: ServedFile) -> Bool {
        if headers[.ifNoneMatch] != nil { return headers.hasEntityTag(file.entityTag) }
        return headers[.ifModifiedSince].flatMap(HTTPDate.seconds).map { file.createdAt.seconds <= $0 } ?? false
    }

    /// The part asked for; the whole file if the part was to be added to a copy of something else.
    func range(of file: ServedFile) -> ByteRange {
        if let condition = headers[.ifRange], condition != file.entityTag,
            condition != HTTPDate.text(file.createdAt)
        {
            return .whole
        }
        return ByteRange(headers[.range], size: file.size)
    }
}
