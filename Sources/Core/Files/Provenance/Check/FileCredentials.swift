/// What the content credentials (C2PA) of a file come to.
package enum FileCredentials: Sendable, Hashable {
    /// The file has none, or none that are looked for.
    case none
    /// They hold, and lead to a certificate of this installation.
    case signedHere(Statement)
    /// They hold, so the file is as it was signed. By whom is only what the signer's certificate says of itself.
    case signedElsewhere(Statement)
    /// They are there and do not belong to these bytes.
    case tampered(Tampering)
    /// They are there, and nothing can be said of them.
    case unreadable(Unreadable)

    /// What is signed. Read only from what the signature covers.
    package struct Statement: Sendable, Hashable {
        /// The common name and the organization of the signer's certificate.
        package let signer: String?
        package let organization: String?
        /// Whether the certificate is past its time, or before it. What was signed in its time stays signed: no time
        /// stamp is read, so this alone decides nothing.
        package let isOutsideValidity: Bool
        /// The term of IPTC's list, such as `trainedAlgorithmicMedia`.
        package let digitalSourceType: String?
        /// The program that made the claim.
        package let tool: String?
        package let createdAt: Instant?
        /// Whether it was made from a file that had credentials of its own.
        package let hasSignedParent: Bool
    }

    package enum Tampering: String, Sendable, Hashable {
        /// The bytes of the file changed after it was signed.
        case content
        /// The signature leaves out bytes of the file besides the credentials.
        case exclusions
        /// A part of the credentials is not what the claim says.
        case assertion
        /// The signature is not that of the claim.
        case signature
        /// The credentials of a file that this one was made from are not what the claim says.
        case ingredient
    }

    package enum Unreadable: String, Error, Sendable, Hashable {
        case malformed
        /// A form, an algorithm or a container that is not read here.
        case unsupported
        case tooLarge = "too_large"
    }
}
