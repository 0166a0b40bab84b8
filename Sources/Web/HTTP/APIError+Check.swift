import Core
import HTTPTypes

extension APIError {
    init(_ error: CheckError) {
        switch error {
        case .tooManyAtOnce:
            self.init(
                .tooManyRequests, "rate_limited", "Too many files are being checked. Try again in a moment.",
                retryAfter: .seconds(5))
        case .throttled(let throttled):
            self.init(
                .tooManyRequests, "rate_limited", "Too many files were checked from this network. Try again later.",
                retryAfter: throttled.retryAfter)
        }
    }

    init(_ error: ReadSettings.Failure) {
        switch error {
        case .none:
            self.init(
                .notFound, "settings_missing", "This file says no settings that can be read. Enter them yourself.")
        }
    }
}
