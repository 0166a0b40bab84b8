import SQL

/// Where an installation stores its data.
enum DatabaseAddress: Sendable, Equatable {
    case sqlite(path: String)
    case postgres(PostgresAddress)

    /// Nil if it is neither `sqlite:` and a path nor an address that libpq understands.
    init?(_ text: String) {
        if let postgres = PostgresAddress(text) {
            self = .postgres(postgres)
        } else if text.hasPrefix("sqlite:"), !text.hasPrefix("sqlite://"), text.count > "sqlite:".count {
            self = .sqlite(path: String(text.dropFirst("sqlite:".count)))
        } else {
            return nil
        }
    }

    /// Never with the text at fault, which may hold a password.
    static func refusal(of name: String) -> String {
        """
        \(name) must be a PostgreSQL URL such as postgresql://user@host/database, or sqlite: followed by a path. \
        Write the characters @ : / # % of a password as %40 %3A %2F %23 %25. The value is not shown because it may \
        contain a password.
        """
    }

    /// For people, without a password.
    var shown: String {
        switch self {
        case .sqlite(let path): path
        case .postgres(let address): address.shown
        }
    }

    /// Whether many nodes may share it, on many machines.
    var isShared: Bool {
        if case .postgres = self { true } else { false }
    }
}
