import Foundation
import SwiftASN1
import X509

/// The certificates that stand for this installation: its own root, or those that its operator signs with. Who has a
/// key under one of them signs as this installation, so an anchor that others have keys under does not belong here.
package struct TrustAnchors: Sendable {
    private let certificates: [Certificate]

    package static let none = TrustAnchors([])

    private init(_ certificates: [Certificate]) {
        self.certificates = certificates
    }

    /// Throws where one is no certificate.
    package init(der certificates: [[UInt8]]) throws {
        self.init(try certificates.map { try Certificate(derEncoded: $0) })
    }

    func adding(_ others: TrustAnchors) -> TrustAnchors { TrustAnchors(certificates + others.certificates) }

    /// Whether a chain, the signer's certificate first, leads to an anchor, each link signed by the next.
    func include(_ chain: [Certificate]) -> Bool {
        guard var last = chain.first else { return false }
        if certificates.contains(last) { return true }
        for next in chain.dropFirst() {
            guard last.isIssued(by: next) else { return false }
            if certificates.contains(next) { return true }
            last = next
        }
        return certificates.contains { last.isIssued(by: $0) }
    }
}

extension Certificate {
    fileprivate func isIssued(by other: Certificate) -> Bool {
        guard issuer == other.subject, case .isCertificateAuthority = try? other.extensions.basicConstraints
        else { return false }
        return other.publicKey.isValidSignature(signature, for: self)
    }

    /// What it says of itself, in one line. Anybody can write anything there.
    func subject(_ type: ASN1ObjectIdentifier) -> String? {
        for name in subject {
            for attribute in name where attribute.type == type {
                let text = String(describing: attribute.value).onOneLine.beginning(bytes: 100)
                if !text.isEmpty { return text }
            }
        }
        return nil
    }

    func isValid(at instant: Instant) -> Bool {
        let date = Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000)
        return notValidBefore <= date && date <= notValidAfter
    }
}
