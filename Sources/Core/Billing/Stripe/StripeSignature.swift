import Crypto
import Foundation

/// The header with which Stripe signs a webhook: `t=1700000000,v1=…`, with a `v1` for each secret that is in force.
package struct StripeSignature: Sendable, Hashable {
    /// Why a webhook is not believed. Each has its own code and log line.
    package enum Refusal: String, Error, Sendable, Hashable {
        case missing = "stripe_signature_missing"
        /// Without a time, or without a signature of the scheme that we know.
        case malformed = "stripe_signature_malformed"
        /// By none of the secrets.
        case forged = "stripe_signature_invalid"
        /// It holds, and was made too long ago or in the future: perhaps a recording.
        case stale = "stripe_signature_stale"
    }

    package static let header = "Stripe-Signature"

    /// Seconds since 1970, as text: the signature is over its spelling.
    package let timestamp: String
    /// 32 bytes each, as lower-case hexadecimal digits.
    package let signatures: [String]

    /// Reads a header. Schemes other than `v1` are left out: `v0` is a test's, and later ones are unknown here.
    package init(header: String?) throws(Refusal) {
        guard let header, !header.isEmpty else { throw .missing }
        guard header.utf8.count <= 4096 else { throw .malformed }
        var timestamp: String?
        var signatures: [String] = []
        for item in header.split(separator: ",") {
            let pair = item.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            switch pair[0] {
            case "t": timestamp = String(pair[1])
            case "v1": signatures.append(String(pair[1]))
            default: continue
            }
        }
        guard let timestamp, !signatures.isEmpty else { throw .malformed }
        self.timestamp = timestamp
        self.signatures = signatures
    }

    /// Signs as Stripe does, once with each secret.
    package init(of body: some Sequence<UInt8>, secrets: [String], at now: Instant) {
        let timestamp = String(now.seconds)
        self.timestamp = timestamp
        signatures = secrets.map { secret in
            Hex.text(HMAC<SHA256>.authenticationCode(for: Self.message(timestamp, body), using: Self.key(secret)))
        }
    }

    package var text: String { (["t=\(timestamp)"] + signatures.map { "v1=\($0)" }).joined(separator: ",") }

    /// - Parameters:
    ///   - secrets: Several while one replaces another: any may have signed.
    ///   - tolerance: Stripe's rule is 300 s back; to come from the future is no better.
    package func verify(
        body: some Sequence<UInt8>, secrets: [String], now: Instant, tolerance: Duration = .seconds(300)
    ) throws(Refusal) {
        guard let seconds = Int64(timestamp), (0..<1 << 40).contains(seconds) else { throw .malformed }
        let message = Self.message(timestamp, body)
        let codes = signatures.compactMap { Hex.bytes($0) }
        // The comparison takes as long wherever two codes differ.
        let isSigned = secrets.contains { secret in
            codes.contains {
                HMAC<SHA256>.isValidAuthenticationCode($0, authenticating: message, using: Self.key(secret))
            }
        }
        guard isSigned else { throw .forged }
        let age = now - Instant(seconds: seconds)
        guard age <= tolerance, age >= .zero - tolerance else { throw .stale }
    }

    private static func message(_ timestamp: String, _ body: some Sequence<UInt8>) -> Data {
        Data(timestamp.utf8) + [UInt8(ascii: ".")] + Data(body)
    }

    /// The whole secret with its `whsec_`, as text: it is not decoded.
    private static func key(_ secret: String) -> SymmetricKey {
        SymmetricKey(data: Data(secret.utf8))
    }
}
