@testable import Core
import Crypto
import Foundation
import TestSupport
import Testing

/// The installation's own certificates, as OpenSSL reads them.
struct IssuedCertificateTests {
    private let folder: TemporaryFolder
    private let openssl = URL(filePath: "/usr/bin/openssl")

    init() throws { folder = try TemporaryFolder() }

    private func run(_ arguments: [String]) async throws -> String {
        let process = try await ChildProcess.start(
            openssl, arguments, folder: folder.path, log: "\(folder.path)/openssl-\(arguments.joined(separator: "-"))")
        let status = await process.exit()
        guard status == 0 else { throw Unexpected("openssl: \(process.errors)") }
        return process.output
    }

    /// Written as `root.pem` and `leaf.pem`.
    private func issue(until end: Int64) throws {
        let (root, key) = (P256.Signing.PrivateKey(), P256.Signing.PrivateKey())
        let validity = IssuedCertificate.Validity(
            from: Instant(seconds: 1_700_000_000), until: Instant(seconds: end))
        let (authority, leaf) = (
            try IssuedCertificate.root(root, validity), try IssuedCertificate.leaf(key.publicKey, by: root, validity)
        )
        try Data(PEM.text(authority).utf8).write(to: URL(filePath: folder.path + "/root.pem"))
        try Data(PEM.text(leaf).utf8).write(to: URL(filePath: folder.path + "/leaf.pem"))
    }

    @Test(arguments: [2_400_000_000, 3_000_000_000] as [Int64])
    func `OpenSSL verifies them, with dates before and after 2050`(end: Int64) async throws {
        try issue(until: end)

        #expect(try await run(["verify", "-x509_strict", "-CAfile", "root.pem", "leaf.pem"]).contains("leaf.pem: OK"))
        let dates = try await run(["x509", "-in", "leaf.pem", "-noout", "-enddate"])
        #expect(dates.contains(end == 2_400_000_000 ? "Jan 19 18:40:00 2046 GMT" : "Jan 24 05:20:00 2065 GMT"))
    }

    @Test func `each may do what it is for and nothing else`() async throws {
        try issue(until: 2_400_000_000)
        let root = try await run(["x509", "-in", "root.pem", "-noout", "-text"])
        let leaf = try await run(["x509", "-in", "leaf.pem", "-noout", "-text"])

        #expect(root.contains("CA:TRUE, pathlen:0") && root.contains("Certificate Sign"))
        #expect(!root.contains("Digital Signature"))
        #expect(leaf.contains("CA:FALSE") && leaf.contains("X509v3 Key Usage: critical"))
        #expect(leaf.contains("Digital Signature") && !leaf.contains("Certificate Sign"))
        #expect(leaf.contains("X509v3 Extended Key Usage: critical") && leaf.contains("E-mail Protection"))
        #expect(leaf.contains("Authority Key Identifier") && leaf.contains("Subject Key Identifier"))
        #expect(leaf.contains("prime256v1") && leaf.contains("ecdsa-with-SHA256"))
    }

    @Test(arguments: [
        (0, "020100"), (1, "020101"), (127, "02017f"), (128, "02020080"), (256, "02020100"), (65_535, "020300ffff"),
    ])
    func `a number is as short as it may be, and not negative`(number: Int, hex: String) {
        #expect(Hex.text(DER.integer(Octets.big(number, 4))) == hex)
    }

    @Test(arguments: [
        (0, "0400"), (127, "047f"), (128, "048180"), (255, "0481ff"), (256, "04820100"), (65_535, "0482ffff"),
        (65_536, "0483010000"),
    ])
    func `a length has the fewest bytes that are enough`(length: Int, head: String) {
        let bytes = DER.octets([UInt8](repeating: 1, count: length))
        #expect(Hex.text(bytes.prefix(head.utf8.count / 2)) == head)
        #expect(bytes.count == length + head.utf8.count / 2)
    }

    @Test func `an object's name is encoded as others do`() {
        #expect(Hex.text(DER.object(1, 2, 840, 10045, 4, 3, 2)) == "06082a8648ce3d040302")
    }
}
