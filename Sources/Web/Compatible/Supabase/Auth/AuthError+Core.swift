import Core
import Edge
import HTTPTypes
import Hummingbird
import SQL

extension AuthError {
    init(_ error: any Error) {
        switch error {
        case let error as AuthError: self = error
        case let error as APIError: self.init(error)
        case is BrokenBody:
            self.init(.badRequest, "bad_request", "The body of the request is broken or ended early")
            headers[.connection] = "close"
        case let error as AuthenticationError: self.init(error)
        case let error as SignUpError: self.init(error)
        case let error as SignInError: self.init(error)
        case let error as RefreshError: self.init(error)
        case let error as UserError: self.init(error)
        case is Passwords.Busy:
            self.init(
                .tooManyRequests, "over_request_rate_limit", "Request rate limit reached", retryAfter: .seconds(1))
        case let error as DatabaseError where [.busy, .unavailable, .full].contains(error.kind):
            self.init(
                .serviceUnavailable, "unexpected_failure", "The database is unavailable. Try again.",
                retryAfter: .seconds(1))
        case let error as DatabaseError where error.kind == .unstorable:
            self.init(
                .unprocessableContent, "validation_failed", "A text of the request contains the character U+0000")
        case let error as HTTPError where error.status == .notFound:
            self.init(.notFound, "route_not_found", "No such route. This server supports a part of Supabase Auth.")
        case let error as HTTPError where error.status.code < 500:
            self.init(error.status, "validation_failed", error.body ?? error.status.reasonPhrase)
        default:
            self.init(.internalServerError, "unexpected_failure", "Unexpected failure")
        }
    }

    private init(_ error: APIError) {
        switch error.code {
        case "invalid_json": self.init(.badRequest, "bad_json", error.message)
        case "body_too_large": self.init(.contentTooLarge, "request_entity_too_large", error.message)
        case "content_encoding_unsupported", "method_not_allowed":
            self.init(error.status, error.code, error.message)
        default: self.init(error.status, "validation_failed", error.message, retryAfter: error.retryAfter)
        }
        headers = error.headers
    }

    init(_ error: AuthenticationError) {
        switch error {
        case .invalidToken, .unknownKey: self.init(.forbidden, "bad_jwt", "invalid JWT: unable to verify its signature")
        case .expiredToken: self.init(.forbidden, "bad_jwt", "invalid JWT: token is expired")
        case .sessionEnded:
            self.init(.forbidden, "session_not_found", "Session from session_id claim in JWT does not exist")
        case .userDisabled, .accountDisabled: self = .banned
        case .noSuchAccount: self.init(.notFound, "user_not_found", "This user is not a member of the account")
        }
    }

    private init(_ error: SignUpError) {
        switch error {
        case .notOpen: self.init(.unprocessableContent, "signup_disabled", "Signups not allowed for this instance")
        case .invalidEmail:
            self.init(.badRequest, "email_address_invalid", "Unable to validate email address: invalid format")
        case .invalidMetadata: self = .metadata
        case .password(let problem): self.init(problem)
        case .taken: self.init(.unprocessableContent, "user_already_exists", "User already registered")
        case .throttled(let throttled): self.init(throttled)
        }
    }

    private init(_ error: SignInError) {
        switch error {
        case .invalidCredentials: self.init(.badRequest, "invalid_credentials", "Invalid login credentials")
        case .emailNotConfirmed: self.init(.badRequest, "email_not_confirmed", "Email not confirmed")
        case .userDisabled: self = .banned
        case .throttled(let throttled): self.init(throttled)
        }
    }

    private init(_ error: RefreshError) {
        switch error {
        case .notFound:
            self.init(.badRequest, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")
        case .alreadyUsed:
            self.init(.badRequest, "refresh_token_already_used", "Invalid Refresh Token: Already Used")
        case .expired: self.init(.badRequest, "session_expired", "Invalid Refresh Token: Session Expired")
        case .userDisabled: self = .banned
        }
    }

    private init(_ error: UserError) {
        switch error {
        case .notFound: self.init(.notFound, "user_not_found", "User not found")
        case .invalidMetadata: self = .metadata
        case .password(let problem): self.init(problem)
        case .samePassword:
            self.init(
                .unprocessableContent, "same_password", "New password should be different from the old password.")
        case .currentPasswordRequired:
            self.init(.badRequest, "current_password_required", "Current password required when setting new password.")
        case .currentPasswordWrong:
            self.init(.badRequest, "current_password_invalid", "Current password is not valid.")
        case .emailChangeUnavailable:
            self.init(
                .unprocessableContent, "email_provider_disabled",
                "Email addresses cannot be changed: this server does not send email.")
        case .invalidEmail: self.init(SignUpError.invalidEmail)
        case .emailTaken: self = .emailExists
        case .lastAdministrator:
            self.init(
                .unprocessableContent, "validation_failed",
                "This is the only administrator. Make another user an administrator first.")
        }
    }

    private init(_ problem: PasswordRules.Problem) {
        switch problem {
        case .tooShort:
            self.init(.unprocessableContent, "weak_password", problem.message, weakPasswordReasons: ["length"])
        case .tooLong: self.init(.badRequest, "validation_failed", problem.message)
        case .guessable:
            self.init(.unprocessableContent, "weak_password", problem.message, weakPasswordReasons: ["characters"])
        case .common:
            self.init(.unprocessableContent, "weak_password", problem.message, weakPasswordReasons: ["pwned"])
        }
    }

    private init(_ throttled: Throttled) {
        self.init(
            .tooManyRequests, "over_request_rate_limit", "Request rate limit reached", retryAfter: throttled.retryAfter)
    }

    static let emailExists = AuthError(
        .unprocessableContent, "email_exists", "A user with this email address has already been registered")
    private static let banned = AuthError(.forbidden, "user_banned", "User is banned")
    private static let metadata = AuthError(
        .badRequest, "validation_failed",
        "data must be an object of at most \(User.metadataLimit) bytes, of which a slash takes two")
}
