import Crypto
import Foundation
import SQL

/// The form in which a network that a user signed in from is stored: it can be recognized, and nobody who reads the
/// database can tell the address.
struct NetworkDigest: Sendable {
    private let key: SymmetricKey

    init(key: SymmetricKey) {
        self.key = key
    }

    func digest(of network: String) -> String {
        Hex.text(HMAC<SHA256>.authenticationCode(for: Data(network.utf8), using: key).prefix(16))
    }
}

/// The networks that a user signed in from lately. Wrong passwords from elsewhere do not keep them out there.
enum KnownNetworks {
    /// Of one user; the one unused for longest makes room.
    static let limit = 10
    static let lifetime = Duration.seconds(90 * 86_400)
}

extension AccountStatements {
    /// The same statement whether or not the address has a user.
    func isKnown(_ network: String, to email: EmailAddress, now: Instant) throws(DatabaseError) -> Bool {
        try queryOne("""
            SELECT 1 AS one FROM users u JOIN known_networks k ON k.user_id = u.id
            WHERE u.email_key = $1 AND k.network = $2 AND k.signed_in_at > $3
            """, email.key, network, now - KnownNetworks.lifetime) != nil
    }

    func noteNetwork(_ network: String, of user: ID<User>, now: Instant) throws(DatabaseError) {
        try execute("""
            INSERT INTO known_networks (user_id, network, signed_in_at) VALUES ($1, $2, $3)
            ON CONFLICT (user_id, network) DO UPDATE SET signed_in_at = excluded.signed_in_at
            """, user, network, now)
        try execute("""
            DELETE FROM known_networks WHERE user_id = $1 AND network IN
                (SELECT network FROM known_networks WHERE user_id = $1 AND network <> $2
                 ORDER BY signed_in_at DESC LIMIT 100 OFFSET $3)
            """, user, network, KnownNetworks.limit - 1)
    }

    /// Returns how many were removed.
    func deleteKnownNetworks(usedBefore instant: Instant, limit: Int) throws(DatabaseError) -> Int {
        try execute("""
            DELETE FROM known_networks WHERE (user_id, network) IN
                (SELECT user_id, network FROM known_networks WHERE signed_in_at <= $1
                    ORDER BY signed_in_at LIMIT $2 \(.skipLocked))
            """, instant, limit)
    }
}
