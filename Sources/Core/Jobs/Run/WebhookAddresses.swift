import Crypto
import Foundation

/// The address to which a provider sends an attempt's result. The token in the address names the attempt and cannot be
/// forged, so that even a result that comes before the submission's response finds its attempt.
package struct WebhookAddresses: Sendable {
    private let key: SymmetricKey
    private let publicURL: String

    /// - Parameter secret: At least 32 bytes, used for nothing else.
    package init(secret: [UInt8], publicURL: String) {
        precondition(secret.count >= 32, "webhook tokens are made with at least 32 bytes")
        key = SymmetricKey(data: secret)
        self.publicURL = publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL
    }

    package func url(of attempt: ID<Attempt>, at provider: ProviderName) -> String {
        "\(publicURL)/api/webhooks/\(provider)/\(token(of: attempt, at: provider))"
    }

    /// `{attempt}.{code}`
    package func token(of attempt: ID<Attempt>, at provider: ProviderName) -> String {
        "\(attempt).\(Hex.text(Data(code(attempt, provider).prefix(20))))"
    }

    /// Returns the attempt that a token names. Compared in constant time.
    package func attempt(of token: String, at provider: ProviderName) -> ID<Attempt>? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let attempt = ID<Attempt>(checking: parts[0]), parts[1].utf8.count == 40 else {
            return nil
        }
        return isSameSecret(token, self.token(of: attempt, at: provider)) ? attempt : nil
    }

    private func code(_ attempt: ID<Attempt>, _ provider: ProviderName) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Data("webhook\n\(provider)\n\(attempt)".utf8), using: key)
    }
}
