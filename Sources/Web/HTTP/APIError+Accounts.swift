import Core
import HTTPTypes

/// Errors of signing in, sessions and keys, as errors of our own API. Supabase's surface has its own: `AuthError`.
extension APIError {
    /// Returns nil if `error` is about none of these.
    init?(accounts error: any Error) {
        switch error {
        case let error as AuthenticationError: self.init(error)
        case let error as APIKeyError: self.init(error)
        case let error as SignInError: self.init(error)
        case let error as SignUpError: self.init(error)
        case let error as PasswordRules.Problem: self.init(error)
        case is Passwords.Busy: self = .busySigningIn
        default: return nil
        }
    }

    init(_ error: AuthenticationError) {
        switch error {
        case .invalidToken:
            self.init(.unauthorized, "invalid_token", "The access token is not valid. Sign in again.")
        case .expiredToken:
            self.init(
                .unauthorized, "expired_token",
                "The access token has expired. Refresh it or sign in again.")
        case .sessionEnded: self.init(.unauthorized, "session_ended", "This session has ended. Sign in again.")
        case .unknownKey: self.init(.unauthorized, "invalid_key", "This API key does not exist or was revoked.")
        case .userDisabled: self.init(.forbidden, "user_disabled", "This user is disabled. Contact the operator.")
        case .accountDisabled:
            self.init(.forbidden, "account_disabled", "This account is disabled. Contact the operator.")
        case .noSuchAccount:
            self.init(
                .notFound, "not_found",
                "You are not a member of the account in the header 'Darkroom-Account'.")
        }
    }

    private init(_ error: APIKeyError) {
        switch error {
        case .notAllowed:
            self.init(.forbidden, "not_allowed", "Only a signed-in owner or admin can manage API keys.")
        case .invalidName:
            self = .invalidParameter(
                "name", "'name' must have 1 to \(APIKeys.nameLimit) bytes, without control characters.")
        case .tooMany:
            self.init(
                .unprocessableContent, "too_many_keys",
                "An account has at most \(APIKeys.limit) keys. Revoke one first.")
        case .notFound:
            self = .notFound("key")
        case .noSuchAccount: self.init(.notFound, "not_found", "There is no account with this id.")
        }
    }

    private init(_ error: SignInError) {
        switch error {
        case .invalidCredentials:
            self.init(.unauthorized, "invalid_credentials", "The email address or the password is wrong.")
        case .emailNotConfirmed:
            self.init(
                .forbidden, "email_not_confirmed",
                "Confirm your email address first: open the link in the confirmation email.")
        case .userDisabled: self.init(AuthenticationError.userDisabled)
        case .throttled(let throttled): self.init(throttled)
        }
    }

    private init(_ error: SignUpError) {
        switch error {
        case .notOpen(.invite):
            self.init(.forbidden, "sign_up_closed", "Sign-up requires an invitation. Contact the operator.")
        case .notOpen: self.init(.forbidden, "sign_up_closed", "Sign-up is disabled. Contact the operator.")
        case .invalidEmail:
            self = .invalidParameter("email", "'email' must be an email address, such as name@example.com.")
        case .invalidMetadata:
            self = .invalidParameter(
                "data", "'data' must be an object of at most \(User.metadataLimit) bytes, of which a slash takes two.")
        case .password(let problem): self.init(problem)
        case .taken:
            self.init(
                .conflict, "user_already_exists", "A user with this email address already exists. Sign in.",
                field: "email")
        case .throttled(let throttled): self.init(throttled)
        }
    }

    private init(_ problem: PasswordRules.Problem) {
        self.init(.unprocessableContent, "weak_password", problem.message, field: "password")
    }

    private init(_ throttled: Throttled) {
        self.init(
            .tooManyRequests, "rate_limited", "Too many attempts. Wait, then try again.",
            retryAfter: throttled.retryAfter)
    }

    private static let busySigningIn = APIError(
        .serviceUnavailable, "busy", "Too many sign-ins are in progress. Try again in a moment.",
        retryAfter: .seconds(1))
}

extension PasswordRules.Problem {
    var message: String {
        switch self {
        case .tooShort: "Password should be at least \(PasswordRules.shortest) characters."
        case .tooLong: "Password cannot be longer than \(PasswordRules.longest) characters."
        case .guessable: "This password is too easy to guess."
        case .common: "This password is one of the most common ones. Choose another one."
        }
    }
}
