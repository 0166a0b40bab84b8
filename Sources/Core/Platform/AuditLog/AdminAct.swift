import SQL

/// Something that an administrator changed: who, what, when and why. It is written down in the transaction of the change.
package struct AdminAct: Sendable, Hashable {
    /// What was done, as its noun and its verb: `prices.publish`.
    package struct Action: Sendable, Hashable, RawRepresentable, SQLConvertible, ExpressibleByStringLiteral {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        package init(stringLiteral value: String) {
            rawValue = value
        }
    }

    package let id: ID<AdminAct>
    /// Nobody where it was done at the command line.
    package let administrator: ID<User>?
    package let action: Action
    /// The id of what was changed.
    package let subject: String
    /// The reason, and what it came to. The only place for a person's words: the ledger has none.
    package let details: JSON
    package let at: Instant

    package init(_ action: Action, of subject: String, _ details: JSON, by administrator: ID<User>?, at: Instant) {
        id = .make(at: at)
        self.administrator = administrator
        self.action = action
        self.subject = subject
        self.details = details
        self.at = at
    }
}
