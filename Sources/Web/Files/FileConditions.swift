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
    func isUnchanged(_ asset: Asset) -> Bool {
        if headers[.ifNoneMatch] != nil { return headers.hasEntityTag(asset.entityTag) }
        return headers[.ifModifiedSince].flatMap(HTTPDate.seconds).map { asset.createdAt.seconds <= $0 } ?? false
    }

    /// The part asked for; the whole file if the part was to be added to a copy of something else.
    func range(of asset: Asset) -> ByteRange {
        if let condition = headers[.ifRange], condition != asset.entityTag,
            condition != HTTPDate.text(asset.createdAt)
        {
            return .whole
        }
        return ByteRange(headers[.range], size: asset.size)
    }
}

extension Asset {
    /// Strong: equal tags, equal bytes.
    var entityTag: String { "\"\(sha256)\"" }
}
