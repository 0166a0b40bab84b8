import SQL

/// One sign-in on one device: a family of refresh tokens that ends as a whole.
///
/// No token is stored. They are numbered, and the session holds the number of the one that may be exchanged.
package struct Session: Sendable, Hashable {
    package enum EndReason: String, Sendable, SQLConvertible {
        case signedOut = "signed_out"
        /// A token came a second time, so someone else may have it.
        case reused
        case passwordChanged = "password_changed"
        /// Ended to make room for newer ones.
        case replaced
        case disabled
    }

    package let id: ID<Session>
    package let user: ID<User>
    let generation: Int
    package let createdAt: Instant
    let refreshedAt: Instant
    package let endReason: EndReason?

    /// After so long without a refresh a device has to sign in again.
    static let idleLimit = Duration.seconds(180 * 86_400)
    /// Live sessions of one user; the longest unused makes room.
    package static let limit = 100

    /// The outcome of a refresh token's exchange.
    package enum Exchange: Sendable, Hashable {
        /// A new token replaces it.
        case rotate
        /// It was exchanged for the current token, which nobody has used yet: that one again. The response may have
        /// been lost, or two tabs of one browser refresh at once; how late it comes does not matter.
        case repeatSuccessor
        /// Its successor has been used: somebody else may have it, so the family ends.
        case end
        case refuse(RefreshError)
    }

    package func exchange(of generation: Int, now: Instant) -> Exchange {
        if endReason == .reused { return .refuse(.alreadyUsed) }
        if endReason != nil { return .refuse(.notFound) }
        if now - refreshedAt > Self.idleLimit { return .refuse(.expired) }
        if generation == self.generation { return .rotate }
        if generation > self.generation { return .refuse(.notFound) }
        return generation == self.generation - 1 ? .repeatSuccessor : .end
    }
}

package enum RefreshError: Error, Sendable, Hashable {
    case notFound, alreadyUsed, expired, userDisabled
}
