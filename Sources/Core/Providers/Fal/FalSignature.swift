package import Crypto
import Foundation
package import HTTPTypes

/// The four headers with which fal signs a webhook (Ed25519), in the form they travel in.
package struct FalSignature: Sendable, Hashable {
    /// Why a webhook is not believed. Each has its own status and log line.
    package enum Refusal: Error, Sendable, Hashable {
        /// A header is missing or not of the form that fal sends.
        case malformed
        /// Signed too long ago, or in the future: perhaps a recording.
        case stale
        /// By none of the keys.
        case forged
    }

    package let requestID: String
    package let userID: String
    /// Seconds since 1970, as text: the signature is over its spelling.
    package let timestamp: String
    /// 64 bytes as lower-case hexadecimal digits.
    package let signature: String

    package init(requestID: String, userID: String, timestamp: String, signature: String) {
        self.requestID = requestID
        self.userID = userID
        self.timestamp = timestamp
        self.signature = signature
    }

    package var headers: [(FalHeader, String)] {
        [
            (.webhookRequestID, requestID), (.webhookUserID, userID), (.webhookTimestamp, timestamp),
            (.webhookSignature, signature),
        ]
    }

    /// Of a webhook's headers. Throws `malformed` if one is missing.
    package init(_ headers: HTTPFields) throws(Refusal) {
        func value(_ header: FalHeader) throws(Refusal) -> String {
            guard let value = headers[header.field], !value.isEmpty, value.utf8.count <= 200 else { throw .malformed }
            return value
        }
        requestID = try value(.webhookRequestID)
        userID = try value(.webhookUserID)
        timestamp = try value(.webhookTimestamp)
        signature = try value(.webhookSignature)
    }

    /// What is signed: id, user, time and the body's SHA-256, a line each, with no newline after the last.
    package static func message(
        requestID: String, userID: String, timestamp: String, body: some Sequence<UInt8>
    ) -> [UInt8] {
        let digest = SHA256.hash(data: Data(body))
        return Array([requestID, userID, timestamp, Hex.text(digest)].joined(separator: "\n").utf8)
    }

    /// - Parameter tolerance: fal's rule is 300 s to either side, for clocks differ.
    package func verify(
        body: some Sequence<UInt8>, keys: [Curve25519.Signing.PublicKey], now: Instant,
        tolerance: Duration = .seconds(300)
    ) throws(Refusal) {
        guard let seconds = Int64(timestamp), (0..<1 << 40).contains(seconds), let bytes = Hex.bytes(signature),
            bytes.count == 64
        else { throw .malformed }
        let age = now - Instant(seconds: seconds)
        guard age <= tolerance, age >= .zero - tolerance else { throw .stale }
        let message = Self.message(requestID: requestID, userID: userID, timestamp: timestamp, body: body)
        // The headers name no key, so each is tried.
        guard keys.contains(where: { $0.isValidSignature(bytes, for: message) }) else { throw .forged }
    }
}
