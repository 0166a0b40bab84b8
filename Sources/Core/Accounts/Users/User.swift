import SQL

/// A person who signs in.
package struct User: Sendable, Hashable {
    package let id: ID<User>
    package let email: String
    package let role: PlatformRole
    /// The client's own data about the user. The server decides nothing by it.
    package let metadata: JSON
    package let emailConfirmedAt: Instant?
    package let lastSignInAt: Instant?
    package let disabledAt: Instant?
    /// When a disabled user is enabled again; nil if an operator has to do it.
    package let disabledUntil: Instant?
    package let createdAt: Instant
    package let updatedAt: Instant

    /// A personal account's id is its user's id, so that rules written for `user_id` hold for accounts.
    package var personalAccount: ID<Account> { ID(rawValue: id.rawValue) }

    /// Whether nothing is left of the person: such a user never comes back.
    package var isDeleted: Bool { email == id.addressWhenDeleted }
}

extension ID<User> {
    /// In the place of the address, which must be unique. `invalid` is nobody's domain (RFC 2606).
    var addressWhenDeleted: String { "\(self)@deleted.invalid" }
}

extension User {
    /// The most bytes of metadata as every access token carries them: with it, and with the longest email address and
    /// public URL, a token has at most `Tokens.longest` bytes.
    package static let metadataLimit = 1536

    /// Whether a user may have these metadata.
    static func takes(_ metadata: JSON) -> Bool {
        guard metadata.object != nil else { return false }
        let text = metadata.text
        // The library that writes tokens puts a backslash before each slash.
        let slashes = text.utf8.count(where: { $0 == UInt8(ascii: "/") })
        return text.utf8.count + slashes <= metadataLimit
    }

    /// The members of `changes` replace those of the same name; null removes one.
    func metadata(merging changes: [String: JSON]) -> JSON {
        var members = metadata.object ?? [:]
        for (name, value) in changes {
            if value == .null { members.removeValue(forKey: name) } else { members[name] = value }
        }
        return .object(members)
    }
}
