/// Why a token or a key that was sent proves nothing.
package enum AuthenticationError: Error, Sendable, Hashable {
    case invalidToken, expiredToken
    /// Signed out, or ended for another reason.
    case sessionEnded
    case unknownKey
    case userDisabled, accountDisabled
    /// The account asked for does not exist, or the user is not a member of it.
    case noSuchAccount
}
