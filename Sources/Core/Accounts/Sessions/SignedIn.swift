/// What a person gets for signing in, and for each refresh.
package struct SignedIn: Sendable {
    package let user: User
    package let session: ID<Session>
    package let accessToken: String
    package let refreshToken: String
    package let expiresAt: Instant
}

/// Where a request came from.
package struct Client: Sendable, Hashable {
    /// The network address, as `Throttle` counts it.
    package let address: String
    package let userAgent: String?

    package init(address: String, userAgent: String?) {
        self.address = address
        self.userAgent = userAgent.map { $0.beginning(bytes: 200).onOneLine }
    }
}
