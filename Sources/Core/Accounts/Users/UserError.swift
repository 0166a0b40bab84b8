/// Why a user cannot be changed as asked.
package enum UserError: Error, Sendable, Hashable {
    case notFound
    case invalidMetadata
    case password(PasswordRules.Problem)
    case samePassword
    /// The session is so old that someone else may be using it by now.
    case currentPasswordRequired
    case currentPasswordWrong
    /// Addresses change by mail.
    case emailChangeUnavailable
    case invalidEmail
    case emailTaken
    /// Without them nobody could administer the installation.
    case lastAdministrator
}
