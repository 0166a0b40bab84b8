import Crypto
import Foundation

/// The signature of a claim: COSE_Sign1 (RFC 9052) with ES256, and the certificates of who signed.
struct CredentialSignature {
    /// In DER, the signer's own first.
    let chain: [[UInt8]]
    private let sign: ([UInt8]) throws -> [UInt8]

    private static let algorithm = CBOR.Member(key: .unsigned(1), value: .negative(6))
    private static let certificates: UInt64 = 33
    private static let tag: UInt64 = 18

    init(_ identity: SigningIdentity) {
        chain = identity.chain
        sign = { Array(try identity.key.signature(for: Data($0)).rawRepresentation) }
    }

    private init(measuring chain: [[UInt8]]) {
        self.chain = chain
        sign = { _ in [UInt8](repeating: 0, count: 64) }
    }

    /// As long, and proves nothing.
    var measuring: CredentialSignature { CredentialSignature(measuring: chain) }

    func callAsFunction(of claim: [UInt8]) throws -> [UInt8] {
        let chain = chain.map { CBOR.bytes($0) }
        let protected = CBOR.map([
            Self.algorithm,
            CBOR.Member(key: .unsigned(Self.certificates), value: chain.count == 1 ? chain[0] : .array(chain)),
        ]).encoded
        let signed = CBOR.array([.text("Signature1"), .bytes(protected), .bytes([]), .bytes(claim)]).encoded
        // The claim is beside it, and not in it.
        return CBOR.tagged(Self.tag, .array([.bytes(protected), .map([]), .null, .bytes(try sign(signed))])).encoded
    }
}
