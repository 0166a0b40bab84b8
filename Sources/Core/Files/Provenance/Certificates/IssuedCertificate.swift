import Crypto
import Foundation

/// Makes the two certificates (RFC 5280) of an installation that has none from elsewhere: its own root, and one for
/// signing content credentials, as C2PA's profile asks.
enum IssuedCertificate {
    struct Validity: Sendable {
        let from: Instant
        let until: Instant
    }

    private static let signatureAlgorithm = DER.sequence([DER.object(1, 2, 840, 10045, 4, 3, 2)])

    static func root(_ key: P256.Signing.PrivateKey, _ validity: Validity) throws -> [UInt8] {
        let name = rootName(key)
        return try sign(
            subject: name, key.publicKey, issuer: name, by: key, validity,
            extensions: [
                // An authority, of certificates that are none.
                fact(19, isCritical: true, DER.sequence([DER.true, DER.integer([0])])),
                // May sign certificates.
                fact(15, isCritical: true, DER.bits([0x04], unused: 2)),
                fact(14, DER.octets(identifier(key.publicKey))),
            ])
    }

    static func leaf(
        _ key: P256.Signing.PublicKey, by root: P256.Signing.PrivateKey, _ validity: Validity
    ) throws -> [UInt8] {
        try sign(
            subject: name("Darkroom content credentials"), key, issuer: rootName(root), by: root, validity,
            extensions: [
                fact(19, isCritical: true, DER.sequence([])),
                // May sign data.
                fact(15, isCritical: true, DER.bits([0x80], unused: 7)),
                // Of documents, which is what C2PA accepts beside its own purpose.
                fact(37, isCritical: true, DER.sequence([DER.object(1, 3, 6, 1, 5, 5, 7, 3, 4)])),
                fact(14, DER.octets(identifier(key))),
                fact(35, DER.sequence([DER.value(0x80, identifier(root.publicKey))])),
            ])
    }

    private static func sign(
        subject: [UInt8], _ key: P256.Signing.PublicKey, issuer: [UInt8], by signer: P256.Signing.PrivateKey,
        _ validity: Validity, extensions: [[UInt8]]
    ) throws -> [UInt8] {
        var serial = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        serial[0] = serial[0] & 0x3F | 0x40
        let body = DER.sequence([
            // Version 3.
            DER.value(0xA0, DER.integer([2])), DER.integer(serial), signatureAlgorithm, issuer,
            DER.sequence([DER.time(validity.from), DER.time(validity.until)]), subject, Array(key.derRepresentation),
            DER.value(0xA3, DER.sequence(extensions)),
        ])
        let signature = try signer.signature(for: Data(body)).derRepresentation
        return DER.sequence([body, signatureAlgorithm, DER.bits(Array(signature))])
    }

    /// Each installation's root has a name of its own.
    private static func rootName(_ key: P256.Signing.PrivateKey) -> [UInt8] {
        name("Darkroom root \(Hex.text(identifier(key.publicKey).prefix(4)))")
    }

    private static func name(_ common: String) -> [UInt8] {
        func part(_ number: Int, _ text: String) -> [UInt8] {
            DER.set(DER.sequence([DER.object(2, 5, 4, number), DER.text(text)]))
        }
        return DER.sequence([part(10, "Darkroom"), part(3, common)])
    }

    private static func fact(_ number: Int, isCritical: Bool = false, _ value: [UInt8]) -> [UInt8] {
        DER.sequence([DER.object(2, 5, 29, number)] + (isCritical ? [DER.true] : []) + [DER.octets(value)])
    }

    /// By which one certificate names the key of another (RFC 7093).
    private static func identifier(_ key: P256.Signing.PublicKey) -> [UInt8] {
        Array(SHA256.hash(data: key.x963Representation).prefix(20))
    }
}
