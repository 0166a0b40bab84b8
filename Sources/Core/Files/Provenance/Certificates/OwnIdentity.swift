import Crypto
import Foundation
package import SQL
import Synchronization

/// The certificates that an installation made for itself. Their keys follow from its secrets, so that all nodes have
/// the same and none is stored; the certificates are what the first node made.
package final class OwnIdentity: Sendable {
    private let database: Database
    private let secrets: Secrets
    private let time: Time
    private let held = Mutex<SigningIdentity?>(nil)

    /// Nobody renews them: what was signed ends with its certificate.
    private static let lifetime = Duration.seconds(20 * 365 * 86_400)
    /// For a clock that is behind.
    private static let margin = Duration.seconds(86_400)

    package init(_ platform: Platform) {
        (database, secrets, time) = (platform.database, platform.secrets, platform.time)
    }

    package init(database: Database, secrets: Secrets, time: Time) {
        (self.database, self.secrets, self.time) = (database, secrets, time)
    }

    /// Makes the certificates if there are none, or those that there are belong to earlier secrets.
    package func callAsFunction() async throws -> SigningIdentity {
        if let identity = held.withLock({ $0 }) { return identity }
        let identity = try await open()
        held.withLock { $0 = identity }
        return identity
    }

    private func open() async throws -> SigningIdentity {
        let root = try secrets.signingKey(for: .provenanceRoot)
        let key = try secrets.signingKey(for: .provenanceLeaf)
        func identity(_ text: String?) -> SigningIdentity? {
            guard let certificates = text.flatMap(Self.certificates),
                certificates.root.contains(root.publicKey), certificates.leaf.contains(key.publicKey)
            else { return nil }
            return SigningIdentity(key: key, chain: [certificates.leaf], root: certificates.root)
        }
        let stored = try await database.read { try $0.installation.fact(.provenance) }
        if let identity = identity(stored) { return identity }
        let now = time.now()
        let made = try Self.make(root, key, now)
        let text = try await database.write(order: .alone) { transaction in
            guard let stored else { return try transaction.installation.keepFirst(made, as: .provenance, now: now) }
            return try transaction.installation.replace(stored, by: made, as: .provenance, now: now)
        }
        guard let identity = identity(text) else { throw SecretsError.unreadable }
        return identity
    }

    private static func make(
        _ root: P256.Signing.PrivateKey, _ key: P256.Signing.PrivateKey, _ now: Instant
    ) throws -> String {
        let validity = IssuedCertificate.Validity(from: now - margin, until: now + lifetime)
        let certificates: JSON = [
            "root": .string(Data(try IssuedCertificate.root(root, validity)).base64EncodedString()),
            "leaf": .string(
                Data(try IssuedCertificate.leaf(key.publicKey, by: root, validity)).base64EncodedString()),
        ]
        return certificates.text
    }

    private static func certificates(_ text: String) -> (root: [UInt8], leaf: [UInt8])? {
        guard let json = try? JSON(parsing: text), let root = json["root"]?.string.flatMap({ Data(base64Encoded: $0) }),
            let leaf = json["leaf"]?.string.flatMap({ Data(base64Encoded: $0) })
        else { return nil }
        return (Array(root), Array(leaf))
    }
}

extension [UInt8] {
    /// Whether a certificate is one of this key.
    fileprivate func contains(_ key: P256.Signing.PublicKey) -> Bool {
        firstRange(of: Array(key.derRepresentation)) != nil
    }
}

extension Secrets {
    /// Always the same.
    fileprivate func signingKey(for purpose: Purpose) throws -> P256.Signing.PrivateKey {
        var bytes = Data(bytes(for: purpose))
        // Of 2^32 numbers one is too large for a key.
        for _ in 0..<8 {
            if let key = try? P256.Signing.PrivateKey(rawRepresentation: bytes) { return key }
            bytes = Data(SHA256.hash(data: bytes))
        }
        throw SecretsError.unreadable
    }
}
