import Core
import Crypto
import Foundation

/// The account name and the key that webhooks are signed with, stored so that a restart changes neither.
struct SigningIdentity: Sendable {
    let signer: FalSigner

    private struct Stored: Codable {
        let userID: String
        let privateKey: Data
    }

    /// Reads the identity from the folder, or creates one there that only the folder's owner can read.
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
