import Core
import Crypto
import Foundation
import HTTPTypes
import Testing

/// The protocol sheet's own vector: the private key is 32 bytes of 1.
struct FalSignatureTests {
    let id = "0f8c4a7e-1111-4222-8333-444455556666"
    let now = Instant(seconds: 1_767_225_600)
    let body = Array("""
        {"error": null, "gateway_request_id": "0f8c4a7e-1111-4222-8333-444455556666", "payload": {"images": [{"url": \
        "https://v3.fal.media/files/a/b.png"}]}, "request_id": "0f8c4a7e-1111-4222-8333-444455556666", "status": "OK"}
        """.utf8)
    let signature = FalSignature(
        requestID: "0f8c4a7e-1111-4222-8333-444455556666", userID: "user_123", timestamp: "1767225600",
        signature: """
            8f1f0233624ee2904458a3b419af5bc5fdc894d2b9787703c400b183a7007489\
            20da40989d0ec8e81a72aa66525939b0b208811a9ed67018ef86eb1f4c61f10d
            """)

    func signer() throws -> FalSigner {
        FalSigner(userID: "user_123", key: try .init(rawRepresentation: Data(repeating: 1, count: 32)))
    }

    func keys() throws -> [Curve25519.Signing.PublicKey] {
        let text = #"""
            {"keys":[{"kty":"RSA"},{"kty":"OKP","crv":"Ed25519","x":"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w"}]}
            """#
        return try JSONDecoder().decode(FalKeySet.self, from: Data(text.utf8)).publicKeys
    }

    @Test func `the vector's signature holds under the vector's key`() throws {
        #expect(body.count == 219)
        try signature.verify(body: body, keys: keys(), now: now)
    }

    @Test func `signing makes a signature that verifies, and the key set survives its encoding`() throws {
        let signed = try signer().sign(body, requestID: id, at: now)
        let set = try JSONDecoder().decode(FalKeySet.self, from: JSONEncoder().encode(signer().keySet))

        #expect(set.publicKeys.count == 1)
        try signed.verify(body: body, keys: set.publicKeys, now: now)
    }

    @Test func `a webhook body is spelled as in the vector`() {
        let payload: JSON = ["images": [["url": "https://v3.fal.media/files/a/b.png"]]]
        #expect(FalWebhookBody(requestID: id, status: .ok, payload: payload).bytes == body)
    }

    @Test func `a signature is refused once it is stale, to either side`() throws {
        let keys = try keys()
        try signature.verify(body: body, keys: keys, now: now + .seconds(300))
        #expect(throws: FalSignature.Refusal.stale) {
            try signature.verify(body: body, keys: keys, now: now + .milliseconds(300_001))
        }
        #expect(throws: FalSignature.Refusal.stale) {
            try signature.verify(body: body, keys: keys, now: now - .milliseconds(300_001))
        }
    }

    @Test func `another body, id, user, or key is a forgery`() throws {
        let keys = try keys()
        let (timestamp, code) = (signature.timestamp, signature.signature)
        let renamed = FalSignature(requestID: "x", userID: "user_123", timestamp: timestamp, signature: code)
        let moved = FalSignature(requestID: id, userID: "user_9", timestamp: timestamp, signature: code)

        #expect(throws: FalSignature.Refusal.forged) { try signature.verify(body: body + [32], keys: keys, now: now) }
        #expect(throws: FalSignature.Refusal.forged) { try renamed.verify(body: body, keys: keys, now: now) }
        #expect(throws: FalSignature.Refusal.forged) { try moved.verify(body: body, keys: keys, now: now) }
        #expect(throws: FalSignature.Refusal.forged) { try signature.verify(body: body, keys: [], now: now) }
    }

    @Test(arguments: FalHeader.allCases.filter { $0.rawValue.hasPrefix("x-fal-webhook-") })
    func `a signature is read from four headers, none missing, empty or longer than fal's`(header: FalHeader) throws {
        var fields = HTTPFields()
        for (header, value) in signature.headers { fields[header.field] = value }
        #expect(try FalSignature(fields) == signature)

        for value in [nil, "", String(repeating: "1", count: 201)] {
            fields[header.field] = value
            #expect(throws: FalSignature.Refusal.malformed) { try FalSignature(fields) }
        }
        fields[header.field] = String(repeating: "1", count: 200)
        #expect(throws: Never.self) { try FalSignature(fields) }
    }

    @Test func `each key of a set is tried, and one that fits is enough`() throws {
        let other = Curve25519.Signing.PrivateKey().publicKey
        let keys = try keys()
        try signature.verify(body: body, keys: [other] + keys, now: now)
        #expect(throws: FalSignature.Refusal.forged) { try signature.verify(body: body, keys: [other], now: now) }
    }

    @Test(arguments: ["", "zz", "8F1F", "8f1f0233"])
    func `a signature that is not 64 bytes in digits is malformed`(text: String) throws {
        let broken = FalSignature(requestID: id, userID: "user_123", timestamp: "1767225600", signature: text)
        let keys = try keys()
        #expect(throws: FalSignature.Refusal.malformed) { try broken.verify(body: body, keys: keys, now: now) }
    }

    @Test(arguments: ["", "soon", "9999999999999999999", "9223372036854775807", "-9223372036854775808"])
    func `a timestamp that is no time is malformed`(text: String) throws {
        let broken = FalSignature(requestID: id, userID: "user_123", timestamp: text, signature: signature.signature)
        let keys = try keys()
        #expect(throws: FalSignature.Refusal.malformed) { try broken.verify(body: body, keys: keys, now: now) }
    }
}
