import Core
import HTTPTypes

extension APIError {
    /// Returns nil if the error is not about files.
    init?(files error: any Error) {
        switch error {
        case let error as AssetError: self.init(error)
        case let error as FileStoreError: self.init(error)
        case let error as LinkError: self.init(error)
        case let error as FetchError: self.init(error)
        case let error as MultipartError: self.init(error)
        default: return nil
        }
    }

    init(_ error: AssetError) {
        switch error {
        case .notFound:
            self = .notFound("asset")
        case .empty:
            self.init(
                .unprocessableContent, "file_empty",
                "The file is empty. Send its bytes as the body, or as a part of a form.")
        case .wrongType(let found, let allowed):
            let names = allowed.map(\.name).sorted().joined(separator: ", ")
            self.init(
                .unsupportedMediaType, "file_type",
                "Unsupported file type\(found.map { ": this is \($0)" } ?? ""). Supported types: \(names).")
        case .damaged(let type):
            self.init(
                .unprocessableContent, "file_damaged",
                "The file begins like \(type.name) but its header is damaged or cut short.")
        case .tooManyPixels(let size):
            self.init(
                .unprocessableContent, "image_too_large",
                """
                The picture has \(size.width) × \(size.height) pixels; at most \(ImageSize.longestSide) a side and \
                \(ImageSize.mostPixels) in all are taken.
                """,
                details: ["width": .integer(Int64(size.width)), "height": .integer(Int64(size.height))])
        case .tooLarge(let limit):
            self.init(
                .contentTooLarge, "file_too_large", "The file may have at most \(limit) bytes.",
                details: ["limit": .integer(Int64(limit))])
        case .quotaExceeded(let used, let limit):
            self.init(
                .contentTooLarge, "storage_full",
                "Your account's storage is full: \(used) of \(limit) bytes are used. Delete files to make room.",
                details: ["used": .integer(Int64(used)), "limit": .integer(Int64(limit))])
        case .tooManyUploads(let limit, let wait):
            self.init(
                .tooManyRequests, "too_many_uploads", "At most \(limit) files can be sent an hour. Try again later.",
                retryAfter: wait)
        case .inUse(let job):
            self.init(
                .conflict, "asset_in_use", "A job that has not ended uses this file. Wait for its end, or cancel it.",
                details: ["jobId": .string(job.rawValue)])
        case .invalidName:
            self = .invalidParameter(
                "name",
                """
                A file's name has 1 to \(AssetName.nameLimit) bytes and no slashes, backslashes or control characters.
                """)
        case .invalidTags:
            self = .invalidParameter(
                "tags", "There can be \(AssetName.mostTags) tags of 1 to \(AssetName.tagLimit) bytes each.")
        case .removedMeanwhile:
            self.init(
                .serviceUnavailable, "file_removed", "The file was removed before it was taken in. Send it again.",
                retryAfter: .seconds(1))
        }
    }

    init(_ error: FileStoreError) {
        switch error {
        case .notFound:
            self = .notFound("file")
        case .tooLarge(let limit):
            self.init(AssetError.tooLarge(limit: limit))
        case .full:
            self.init(
                .serviceUnavailable, "storage_unavailable", "The server has no room for files at the moment.",
                retryAfter: .seconds(60))
        case .unavailable:
            self.init(
                .serviceUnavailable, "storage_unavailable", "Files cannot be read or stored at the moment.",
                retryAfter: .seconds(10))
        }
    }

    init(_ error: LinkError) {
        switch error {
        case .invalid:
            self.init(.forbidden, "link_invalid", "This link is not one that was given out, or it was changed.")
        case .expired:
            self.init(.forbidden, "link_expired", "This link has expired. Ask for the file again to get a new one.")
        }
    }

    init(_ error: FetchError) {
        switch error {
        case .invalidAddress:
            self.init(
                .unprocessableContent, "invalid_address",
                "The address is not an http or https address, or has a user name in it.")
        case .privateAddress, .unresolved:
            self.init(
                .unprocessableContent, "address_refused",
                "The address does not lead to a host on the public internet.")
        case .tooLarge(let limit):
            self.init(AssetError.tooLarge(limit: limit))
        case .tooManyRedirects, .status, .truncated, .timedOut, .unreachable:
            self.init(
                .unprocessableContent, "address_unreadable",
                "The file at the address could not be fetched whole.")
        }
    }

    init(_ error: MultipartError) {
        switch error {
        case .malformed:
            self.init(
                .badRequest, "invalid_form",
                "The body is not the multipart form that its Content-Type announces, or was cut short.")
        case .tooMuch:
            self.init(.contentTooLarge, "form_too_large", "The form has too many parts, or too much beside the file.")
        case .noFile:
            self.init(.unprocessableContent, "file_missing", "The form has no part with a file name.", field: "file")
        }
    }
}
