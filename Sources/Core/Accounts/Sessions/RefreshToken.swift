import Crypto
import Foundation

/// The right to exchange one number of a session, as `session.number.mac`. Only this installation can write one, so an
/// invented token is refused without querying the database.
struct RefreshToken: Sendable, Hashable {
    let session: ID<Session>
    let generation: Int

    init(session: ID<Session>, generation: Int) {
        self.session = session
        self.generation = generation
    }

    /// Nil unless `text` was signed with `key`.
    init?(_ text: String, key: SymmetricKey) {
        guard text.utf8.count <= 128 else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let session = ID<Session>(checking: parts[0]), let generation = Int(parts[1]) else {
            return nil
        }
        self.init(session: session, generation: generation)
        guard isSameSecret(self.text(key: key), text) else { return nil }
    }

    func text(key: SymmetricKey) -> String {
        let message = "\(session).\(generation)"
        return message + "." + Base64URL.text(HMAC<SHA256>.authenticationCode(for: Data(message.utf8), using: key))
    }
}
