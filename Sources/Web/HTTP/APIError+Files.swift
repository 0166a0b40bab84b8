import Core
import HTTPTypes

extension APIError {
    /// Returns nil if the error is not about files.
    init?(files error: any Error) {
        switch error {
        case let error as AssetError: self.init(error)
        case let error as FileStoreError: self.init(error)
        case let error as LinkError: self.init(error)
        case let error as PreviewError: self.init(error)
        case let error as BulkError: self.init(error)
        case let error as ZipError: self.init(error)
        case let error as CheckError: self.init(error)
        case let error as ReadSettings.Failure: self.init(error)
        case let error as ShareError: self.init(error)
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
                "The file looks like \(type.name), but it is damaged or incomplete. Send it again.")
        case .tooManyPixels(let size):
            self.init(
                .unprocessableContent, "image_too_large",
                """
                The image has \(size.width) × \(size.height) pixels. The limits are \(ImageSize.longestSide) pixels \
                per side and \(ImageSize.mostPixels) pixels in total.
                """,
                details: ["width": .integer(Int64(size.width)), "height": .integer(Int64(size.height))])
        case .decodesTooLarge(let size, let bytes):
            self.init(
                .unprocessableContent, "image_too_large",
                """
                The image has \(size.width) × \(size.height) pixels, and decoding it takes \(bytes) bytes. The limit \
                is \(ImageSize.mostDecodedBytes) bytes. Save it with 8 bits per color, or make it smaller.
                """,
                details: ["width": .integer(Int64(size.width)), "height": .integer(Int64(size.height))])
        case .tooManyFrames(let count):
            self.init(
                .unprocessableContent, "image_too_large",
                """
                The animation has \(count) frames. The limits are \(PictureInfo.mostFrames) frames and \
                \(PictureInfo.mostPixelsOfFrames) pixels in all of them. Shorten it, or make it smaller.
                """)
        case .tooCostly(let type):
            self.init(
                .unprocessableContent, "image_too_large",
                "Decoding this \(type.name) takes too much time or memory. Make it smaller, or send it as a JPEG.")
        case .notConvertible(let type):
            self.init(
                .unprocessableContent, "conversion_unavailable",
                "This server cannot convert \(type.name) files. Send it as a JPEG, PNG or WebP.")
        case .busy:
            self.init(
                .serviceUnavailable, "busy", "Too many images are being checked. Try again in a moment.",
                retryAfter: .seconds(2))
        case .tooLarge(let limit):
            self.init(
                .contentTooLarge, "file_too_large", "The file is larger than \(limit) bytes.",
                details: ["limit": .integer(Int64(limit))])
        case .quotaExceeded(let used, let limit):
            self.init(
                .contentTooLarge, "storage_full",
                "The account's storage is full: \(used) of \(limit) bytes are used. Delete files, or empty the trash.",
                details: ["used": .integer(Int64(used)), "limit": .integer(Int64(limit))])
        case .tooManyUploads(let limit, let wait):
            self.init(
                .tooManyRequests, "too_many_uploads",
                "An account can upload at most \(limit) files per hour. Try again later.",
                retryAfter: wait)
        case .tooManyAtOnce(let limit):
            self.init(
                .tooManyRequests, "too_many_uploads",
                "An account can send at most \(limit) files at the same time. Wait until one has arrived.",
                retryAfter: .seconds(2))
        case .inUse(let job):
            self.init(
                .conflict, "asset_in_use", "A job that has not ended uses this file. Wait until it ends, or cancel it.",
                details: ["jobId": .string(job.rawValue)])
        case .inTrash:
            self.init(.conflict, "asset_in_trash", "This file is in the trash. Restore it first.")
        case .invalidName:
            self = .invalidParameter(
                "name",
                """
                'name' must have 1 to \(AssetName.nameLimit) bytes, without slashes, backslashes or control \
                characters, and not be '.' or '..'.
                """)
        case .invalidTags:
            self = .invalidParameter(
                "tags",
                """
                'tags' must contain at most \(AssetName.mostTags) tags of 1 to \(AssetName.tagLimit) bytes each, \
                without control characters.
                """)
        case .removedMeanwhile:
            self.init(
                .serviceUnavailable, "file_removed", "The file was removed before the upload finished. Send it again.",
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
                .serviceUnavailable, "storage_unavailable", "The server's file storage is full. Try again later.",
                retryAfter: .seconds(60))
        case .unavailable:
            self.init(
                .serviceUnavailable, "storage_unavailable",
                "The server's file storage is unavailable. Try again later.",
                retryAfter: .seconds(10))
        }
    }

    init(_ error: LinkError) {
        switch error {
        case .invalid:
            self.init(.forbidden, "link_invalid", "This link is invalid: its signature does not match.")
        case .expired:
            self.init(.forbidden, "link_expired", "This link has expired. Request the asset again to get a new link.")
        case .revoked:
            self.init(
                .forbidden, "link_revoked", "This link was revoked. Request the asset again to get a new link.")
        }
    }

    init(_ error: PreviewError) {
        switch error {
        case .unavailable:
            self.init(
                .notFound, "thumbnail_unavailable",
                "No thumbnail can be made of this file. Show the file itself, or its name.")
        case .pending(let wait):
            self.init(
                .serviceUnavailable, "thumbnail_pending", "The thumbnail is not ready. Try again later.",
                retryAfter: wait)
        case .busy:
            self.init(
                .serviceUnavailable, "thumbnail_pending",
                "The server is making other thumbnails. Try again in a few seconds.", retryAfter: .seconds(2))
        }
    }

    init(_ error: FetchError) {
        switch error {
        case .invalidAddress:
            self.init(
                .unprocessableContent, "invalid_address",
                "The URL must be an http or https URL without a user name.")
        case .privateAddress, .unresolved:
            self.init(
                .unprocessableContent, "address_refused",
                "The host of the URL is not on the public internet.")
        case .unencrypted:
            self.init(
                .unprocessableContent, "address_refused", "The URL, or one that it redirects to, is not an https URL.")
        case .busy:
            self.init(
                .serviceUnavailable, "busy", "The server is downloading too many files. Try again later.",
                retryAfter: .seconds(5))
        case .tooLarge(let limit):
            self.init(AssetError.tooLarge(limit: limit))
        case .tooManyRedirects, .status, .truncated, .timedOut, .unreachable:
            self.init(
                .unprocessableContent, "address_unreadable",
                "The file could not be downloaded from the URL.")
        }
    }

    init(_ error: MultipartError) {
        switch error {
        case .malformed:
            self.init(
                .badRequest, "invalid_form",
                "The body is not a valid multipart form, or is incomplete.")
        case .tooMuch:
            self.init(
                .contentTooLarge, "form_too_large",
                "The form has too many parts, or its other fields are too large.")
        case .noFile:
            self.init(
                .unprocessableContent, "file_missing", "The form must have a part with a file name.",
                field: "file")
        }
    }
}
