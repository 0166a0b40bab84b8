import Crypto
import Foundation

/// How often something may be tried within a window of time. Counted in the database, so that all nodes count together.
struct Throttle: Sendable, Hashable {
    let subject: String
    let limit: Int
    let window: Duration

    /// By the person's address: limits guesses of one password. Short, since it also locks out its owner.
    static func signIn(email: String) -> Throttle {
        let digest = Hex.text(SHA256.hash(data: Data((EmailAddress(email)?.key ?? email.lowercased()).utf8)))
        return Throttle(subject: "sign-in:email:\(digest.prefix(32))", limit: 10, window: .seconds(600))
    }

    /// By the network's address: limits guesses of many people's passwords.
    static func signIn(from address: String) -> Throttle {
        Throttle(subject: "sign-in:from:\(address.prefix(64))", limit: 60, window: .seconds(600))
    }

    static func signUp(from address: String) -> Throttle {
        Throttle(subject: "sign-up:from:\(address.prefix(64))", limit: 30, window: .seconds(300))
    }
}

/// Too many attempts: the next one counts again after `retryAfter`.
package struct Throttled: Error, Sendable, Hashable {
    package let retryAfter: Duration
}
