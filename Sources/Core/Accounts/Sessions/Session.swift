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

    /// Two tabs of one browser refresh at once; for this long the slower one gets the token that the faster one got.
    static let reuseInterval = Duration.seconds(10)
    /// After so long without a refresh a device has to sign in again.
    static let idleLimit = Duration.seconds(180 * 86_400)
    /// Live sessions of one user; the longest unused makes room.
    package static let limit = 100

    /// The outcome of a refresh token's exchange.
    package enum Exchange: Sendable, Hashable {
        /// A new token replaces it.
        case rotate
        /// It was exchanged a moment ago: its successor again.
        case repeatSuccessor
        /// It was exchanged before: the family ends.
        case end
        case refuse(RefreshError)
    }

    package func exchange(of generation: Int, now: Instant) -> Exchange {
        if endReason == .reused { return .refuse(.alreadyUsed) }
        if endReason != nil { return .refuse(.notFound) }
        if now - refreshedAt > Self.idleLimit { return .refuse(.expired) }
        if generation == self.generation { return .rotate }
        if generation > self.generation { return .refuse(.notFound) }
        let isPrevious = generation == self.generation - 1
        return isPrevious && now - refreshedAt <= Self.reuseInterval ? .repeatSuccessor : .end
    }
}

package enum RefreshError: Error, Sendable, Hashable {
    case notFound, alreadyUsed, expired, userDisabled
}
