import Core
import Crypto
import Foundation
import NIOSSL

/// How outputs are marked, and with whose key they are signed.
struct ProvenanceSetting: Sendable {
    var mode: MarkOutputs.Mode
    /// The operator's; nil if the installation makes its own.
    var identity: SigningIdentity?

    /// Files of more bytes are not what they are taken for.
    fileprivate static let fileLimit = 256 << 10
    fileprivate static let longestChain = 8

    fileprivate struct Refusal: Error {
        let name: String
        let reason: String
    }
}

extension SettingsReader {
    mutating func provenance(at now: Instant) -> ProvenanceSetting {
        var setting = ProvenanceSetting(mode: choice("provenance") ?? .on)
        switch (text("provenance.key"), text("provenance.certificates")) {
        case (nil, nil): break
        case (let key?, let certificates?):
            do throws(ProvenanceSetting.Refusal) {
                setting.identity = try SigningIdentity(key: key, certificates: certificates, at: now)
            } catch {
                refuse(error.name, error.reason)
            }
        case (_?, nil): refuse("provenance.key", "needs DARKROOM_PROVENANCE_CERTIFICATES.")
        case (nil, _?): refuse("provenance.certificates", "needs DARKROOM_PROVENANCE_KEY.")
        }
        return setting
    }
}

extension SigningIdentity {
    fileprivate init(
        key path: String, certificates: String, at now: Instant
    ) throws(ProvenanceSetting.Refusal) {
        let (keyName, chainName) = ("provenance.key", "provenance.certificates")
        guard let text = Self.contents(path) else {
            throw .init(name: keyName, reason: "names the file \(path), which cannot be read.")
        }
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: String(decoding: text, as: UTF8.self)) else {
            throw .init(
                name: keyName, reason: "must name a PEM file with a key of the curve P-256, without a password.")
        }
        guard let bytes = Self.contents(certificates) else {
            throw .init(name: chainName, reason: "names the file \(certificates), which cannot be read.")
        }
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(bytes), let leaf = chain.first,
            chain.count <= ProvenanceSetting.longestChain
        else {
            throw .init(name: chainName, reason: """
                must name a PEM file with the key's certificate first, then those that issued it: at most \
                \(ProvenanceSetting.longestChain).
                """)
        }
        guard let owner = try? leaf.extractPublicKey().toSPKIBytes(), owner == Array(key.publicKey.derRepresentation)
        else {
            throw .init(name: chainName, reason: """
                begins with the certificate of another key than that of DARKROOM_PROVENANCE_KEY.
                """)
        }
        for certificate in chain {
            guard Int64(certificate.notValidAfter) > now.seconds, Int64(certificate.notValidBefore) <= now.seconds
            else {
                throw .init(name: chainName, reason: "has a certificate that is expired, or not valid yet.")
            }
        }
        guard let certificates = try? chain.map({ try $0.toDERBytes() }) else {
            throw .init(name: chainName, reason: "has a certificate that cannot be read.")
        }
        self.init(key: key, chain: certificates)
    }

    private static func contents(_ path: String) -> [UInt8]? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        guard let data = try? file.read(upToCount: ProvenanceSetting.fileLimit) else { return nil }
        return Array(data)
    }
}
