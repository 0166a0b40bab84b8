/// What an engine refused or could not do, in terms that both engines share.
@usableFromInline package struct DatabaseError: Error, Sendable, CustomStringConvertible {
    @usableFromInline package enum Kind: Sendable, Hashable {
        /// A key that exists already.
        case unique
        case foreignKey
        case check
        /// A text contains U+0000. PostgreSQL stores no such text, and both libraries would bind it up to there alone.
        case unstorable
        case notNull
        /// Refused by one of the schema's triggers, such as a change to a ledger line.
        case trigger
        /// Failed because of another transaction (a deadlock, a serialization failure): the same again may succeed.
        case conflict
        /// Locked, or too much is waiting: worth trying again.
        case busy
        /// No room left, or the file system refuses to write.
        case full
        /// The database is unavailable. If it became unavailable during a commit, the work may have been done.
        case unavailable
        /// The schema is not the one this program knows.
        case schema
        /// A column does not hold what the program expects.
        case decoding
        case other
    }

    @usableFromInline package let kind: Kind
    @usableFromInline package let message: String
    /// The statement at fault, without its values.
    @usableFromInline package let statement: String?

    @usableFromInline package init(_ kind: Kind, _ message: String, statement: String? = nil) {
        self.kind = kind
        self.message = message
        self.statement = statement
    }

    @usableFromInline package var description: String {
        "\(kind): \(message)" + (statement.map { " [\($0)]" } ?? "")
    }
}
