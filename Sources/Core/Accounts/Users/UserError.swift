/// Why a user cannot be changed as asked.
package enum UserError: Error, Sendable, Hashable {
    case notFound
    case invalidMetadata
    case password(PasswordRules.Problem)
    case samePassword
    /// The session is old enough to be somebody else's by now.
    case currentPasswordRequired
    case currentPasswordWrong
    /// Addresses change by mail.
    case emailChangeUnavailable
}
