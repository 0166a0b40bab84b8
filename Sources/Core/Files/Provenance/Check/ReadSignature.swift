import Crypto
import CryptoExtras
import Foundation
import SwiftASN1
import X509

/// The signature of a claim (COSE_Sign1, RFC 9052) and the certificates that come with it.
struct ReadSignature: Sendable {
    enum Algorithm: UInt64, Sendable {
        // By what CBOR has for a negative number: -1 minus it.
        case es256 = 6, es384 = 34, es512 = 35, ps256 = 36, ps384 = 37, ps512 = 38, eddsa = 7
    }

    /// The signer's first, each signed by the next.
    let chain: [Certificate]
    private let algorithm: Algorithm
    private let protected: [UInt8]
    private let signature: [UInt8]

    private static let mostCertificates = 8
    private static let mostCertificate = 16 << 10

    init(_ value: CBOR) throws(FileCredentials.Unreadable) {
        guard case .tagged(18, .array(let parts)) = value, parts.count == 4, case .bytes(let protected) = parts[0],
            case .bytes(let signature) = parts[3]
        else { throw .malformed }
        // The claim is signed where it is, and not copied here.
        guard parts[2] == .null else { throw .unsupported }
        let header: CBOR
        do throws(CBORReader.Failure) { header = try CBORReader.read(protected[...]) } catch { throw .malformed }
        guard case .negative(let number) = Self.member(.unsigned(1), of: header),
            let algorithm = Algorithm(rawValue: number)
        else { throw .unsupported }
        self.algorithm = algorithm
        self.protected = protected
        self.signature = signature
        // Earlier versions had the certificates where they are not signed.
        let certificates = Self.member(.unsigned(33), of: header) ?? Self.member(.text("x5chain"), of: header)
            ?? Self.member(.unsigned(33), of: parts[1]) ?? Self.member(.text("x5chain"), of: parts[1])
        chain = try Self.chain(certificates)
    }

    /// Whether the first certificate's key signed these bytes.
    func isValid(over claim: ArraySlice<UInt8>) -> Bool {
        let signed = CBOR.array([.text("Signature1"), .bytes(protected), .bytes([]), .bytes(Array(claim))])
        let data = Data(signed.encoded)
        guard let key = chain.first?.publicKey else { return false }
        switch algorithm {
        case .es256: return isECDSA(over: SHA256.hash(data: data), key)
        case .es384: return isECDSA(over: SHA384.hash(data: data), key)
        case .es512: return isECDSA(over: SHA512.hash(data: data), key)
        case .ps256: return isPSS(over: SHA256.hash(data: data), key)
        case .ps384: return isPSS(over: SHA384.hash(data: data), key)
        case .ps512: return isPSS(over: SHA512.hash(data: data), key)
        case .eddsa: return Curve25519.Signing.PublicKey(key)?.isValidSignature(Data(signature), for: data) ?? false
        }
    }

    private func isECDSA(over digest: some Digest, _ key: Certificate.PublicKey) -> Bool {
        let raw = Data(signature)
        if let key = P256.Signing.PublicKey(key) {
            let signature = try? P256.Signing.ECDSASignature(rawRepresentation: raw)
            return signature.map { key.isValidSignature($0, for: digest) } ?? false
        }
        if let key = P384.Signing.PublicKey(key) {
            let signature = try? P384.Signing.ECDSASignature(rawRepresentation: raw)
            return signature.map { key.isValidSignature($0, for: digest) } ?? false
        }
        if let key = P521.Signing.PublicKey(key) {
            let signature = try? P521.Signing.ECDSASignature(rawRepresentation: raw)
            return signature.map { key.isValidSignature($0, for: digest) } ?? false
        }
        return false
    }

    private func isPSS(over digest: some Digest, _ key: Certificate.PublicKey) -> Bool {
        guard let key = _RSA.Signing.PublicKey(key) else { return false }
        return key.isValidSignature(
            _RSA.Signing.RSASignature(rawRepresentation: Data(signature)), for: digest, padding: .PSS)
    }

    private static func member(_ key: CBOR, of map: CBOR) -> CBOR? {
        guard case .map(let members) = map else { return nil }
        return members.first { $0.key == key }?.value
    }

    private static func chain(_ value: CBOR?) throws(FileCredentials.Unreadable) -> [Certificate] {
        let values: [CBOR] = if case .array(let values) = value { values } else { value.map { [$0] } ?? [] }
        guard (1...mostCertificates).contains(values.count) else { throw .malformed }
        var chain: [Certificate] = []
        for value in values {
            guard case .bytes(let bytes) = value, bytes.count <= mostCertificate,
                let certificate = try? Certificate(derEncoded: bytes)
            else { throw .unsupported }
            chain.append(certificate)
        }
        return chain
    }
}
