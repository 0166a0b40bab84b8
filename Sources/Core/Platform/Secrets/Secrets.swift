package import Crypto
import Foundation
import JWTKit

/// The keys that this installation made for itself on its first start. All nodes share them.
package struct Secrets: Sendable {
    /// Each use has a key of its own, derived from one root: a key that leaks or is misused in one place is of no use
    /// in another.
    package enum Purpose: String, Sendable, CaseIterable {
        case refreshTokens = "refresh-tokens"
        case webhookTokens = "webhook-tokens"
        case signedLinks = "signed-links"
        case shareLinks = "share-links"
        case cursors
        case knownNetworks = "known-networks"
        case stripeSandbox = "stripe-sandbox"
        case provenanceRoot = "provenance-root"
        case provenanceLeaf = "provenance-leaf"
    }

    /// The first one signs; all of them are published and verify, so that a new one can be put before the old.
    let signingKeys: [SigningKey]
    /// Identifies the project to a Supabase client and proves nothing. It may be shown to anybody.
    package let anonKey: String
    /// The credential of the operator's own servers.
    package let serviceRoleKey: String
    private let root: SymmetricKey

    package func key(for purpose: Purpose) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: root, info: Data("darkroom \(purpose.rawValue)".utf8), outputByteCount: 32)
    }

    package func bytes(for purpose: Purpose) -> [UInt8] {
        key(for: purpose).withUnsafeBytes { Array($0) }
    }

    package func isAnonKey(_ text: String) -> Bool { isSameSecret(text, anonKey) }

    /// Compared by its exact text and not by its signature, so that making a new one ends the old.
    package func isServiceRoleKey(_ text: String) -> Bool { isSameSecret(text, serviceRoleKey) }
}

extension Secrets {
    /// Loads the secrets, or makes them if there are none. If several processes start at once, all get the same.
    package static func open(_ store: SecretsStore, now: Instant) async throws -> Secrets {
        if let document = try await store.load() { return try Secrets(parsing: document) }
        let document = try await JSONEncoder().encode(Document.make(now: now))
        return try await Secrets(parsing: store.keepFirst(Array(document)))
    }

    /// Loads the secrets. Returns nil if there are none, and makes none.
    package static func find(_ store: SecretsStore) async throws -> Secrets? {
        try await store.load().map { try Secrets(parsing: $0) }
    }

    /// Secrets that are not stored.
    package static func make(now: Instant) async throws -> Secrets {
        try await Secrets(Document.make(now: now))
    }

    private init(parsing bytes: [UInt8]) throws {
        do {
            try self.init(JSONDecoder().decode(Document.self, from: Data(bytes)))
        } catch {
            throw SecretsError.unreadable
        }
    }

    private init(_ document: Document) throws {
        guard let root = Data(base64Encoded: document.root), root.count >= 32, !document.signingKeys.isEmpty else {
            throw SecretsError.unreadable
        }
        signingKeys = try document.signingKeys.map { try SigningKey(pem: $0) }
        anonKey = document.anonKey
        serviceRoleKey = document.serviceRoleKey
        self.root = SymmetricKey(data: root)
    }
}

extension Secrets {
    /// The stored form: one small document, in a file or in a row of a table.
    private struct Document: Codable {
        let signingKeys: [String]
        let root: String
        let anonKey: String
        let serviceRoleKey: String

        static func make(now: Instant) async throws -> Document {
            let key = P256.Signing.PrivateKey()
            let signer = try SigningKey(pem: key.pemRepresentation)
            return try await Document(
                signingKeys: [key.pemRepresentation],
                root: SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }.base64EncodedString(),
                anonKey: signer.projectKey(role: "anon", now: now),
                serviceRoleKey: signer.projectKey(role: "service_role", now: now))
        }
    }
}

extension SigningKey {
    /// A Supabase project key. The newer `sb_…` form would work for the newest clients only; a token is what every
    /// version accepts, some of which check its form, and what tools read the role from.
    fileprivate func projectKey(role: String, now: Instant) async throws -> String {
        let claims = ProjectClaims(iss: "darkroom", role: role, iat: now.seconds, exp: now.seconds + 10 * 365 * 86_400)
        return try await JWTKeyCollection().add(ecdsa: privateKey, kid: JWKIdentifier(string: id))
            .sign(claims, kid: JWKIdentifier(string: id))
    }
}

private struct ProjectClaims: JWTPayload {
    let iss: String
    let role: String
    let iat: Int64
    let exp: Int64

    func verify(using algorithm: some JWTAlgorithm) throws {}
}

package enum SecretsError: Error, Sendable, Hashable, CustomStringConvertible {
    case unreadable

    package var description: String {
        """
        The installation's secrets cannot be read. Restore them from a backup. With new secrets, all sessions and file \
        links become invalid.
        """
    }
}

/// Secrets must not reach a log through a value that holds them.
extension Secrets: CustomStringConvertible, CustomReflectable {
    package var description: String { "Secrets" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
