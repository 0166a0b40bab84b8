import SQL

/// A change that an administrator made: who, what, when and why. It is recorded in the transaction of the change.
package struct AuditLogEntry: Sendable, Hashable {
    /// What was done, as a noun and a verb: `prices.publish`.
    package struct Action: Sendable, Hashable, RawRepresentable, SQLConvertible, ExpressibleByStringLiteral {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        package init(stringLiteral value: String) {
            rawValue = value
        }
    }

    package let id: ID<AuditLogEntry>
    /// Nil if it was done on the command line.
    package let administrator: ID<User>?
    package let action: Action
    /// The id of what was changed.
    package let subject: String
    /// The reason, and the outcome. The only place for free text by a person: the ledger has none.
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
