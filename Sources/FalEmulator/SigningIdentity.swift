import Core
import Crypto
import Foundation

/// Who this sandbox is to those it sends webhooks to: an account's name and a signing key, kept so that a restart changes
/// neither.
struct SigningIdentity: Sendable {
    let signer: FalSigner

    private struct Stored: Codable {
        let userID: String
        let privateKey: Data
    }

    /// Reads the identity from the folder, or makes one there that only its owner can read.
    init(folder: URL) throws {
        let file = folder.appending(path: "identity.json")
        let stored: Stored
        if FileManager.default.fileExists(atPath: file.path) {
            stored = try JSONDecoder().decode(Stored.self, from: Data(contentsOf: file))
        } else {
            let key = Curve25519.Signing.PrivateKey()
            let name = "sandbox-user-" + Hex.text(key.publicKey.rawRepresentation.prefix(4))
            stored = Stored(userID: name, privateKey: key.rawRepresentation)
            let made = FileManager.default.createFile(
                atPath: file.path, contents: try JSONEncoder().encode(stored), attributes: [.posixPermissions: 0o600])
            guard made else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: file.path]) }
        }
        signer = FalSigner(userID: stored.userID, key: try .init(rawRepresentation: stored.privateKey))
    }
}
