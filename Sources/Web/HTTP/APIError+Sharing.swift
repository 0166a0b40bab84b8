import Core
import HTTPTypes

extension APIError {
    init(_ error: ShareError) {
        switch error {
        case .notFound:
            self.init(.notFound, "not_found", "Nothing is shared here. The link is incomplete, or sharing has ended.")
        case .notShared:
            self.init(.notFound, "not_shared", "This file is not shared. Share it with POST.")
        case .notAnOutput:
            self.init(
                .unprocessableContent, "not_an_output",
                "Only the output of a job can be shared, and this file is an upload.")
        case .invalidExpiry:
            self = .invalidParameter(
                "expiresAt", "'expiresAt' must be a time in the future, within \(Shares.mostDays) days.")
        case .tooMany(let limit):
            self.init(
                .unprocessableContent, "too_many_shares",
                "An account can share at most \(limit) files at the same time. End the sharing of some first.",
                details: ["limit": .integer(Int64(limit))])
        case .tooManyGuesses(let wait):
            self.init(
                .tooManyRequests, "rate_limited", "Too many links that open nothing. Wait, then try again.",
                retryAfter: wait)
        }
    }
}
