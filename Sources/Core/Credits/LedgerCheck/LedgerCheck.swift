package import SQL

/// Recomputes everything that the ledger and the jobs state about themselves, and reports what differs.
package struct LedgerCheck: Sendable {
    /// Something that is wrong: which rule it breaks, where, and what is there.
    package struct Difference: Sendable, Hashable, CustomStringConvertible {
        package let rule: String
        package let subject: String
        package let expected: String
        package let found: String

        package var description: String { "\(rule): \(subject): expected \(expected), found \(found)" }
    }

    package struct Report: Sendable {
        /// Every rule, in the order in which they were checked, with its first differences.
        package let checks: [(rule: String, differences: [Difference])]
        package let transactions: Int
        package let entries: Int

        package var differences: [Difference] { checks.flatMap(\.differences) }
        package var isClean: Bool { differences.isEmpty }
    }

    private let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    /// All checks see the same instant. At most `limit` differences a rule are listed.
    package func callAsFunction(limit: Int = 10) async throws -> Report {
        try await database.read { transaction in
            let checks = try LedgerCheckRule.all.map { rule in
                (rule: rule.name,
                 differences: try transaction.query(rule.statement, limit).map { try rule.difference($0) })
            }
            return try Report(
                checks: checks, transactions: transaction.ledger.countRows(
                    "SELECT COUNT(*) AS count FROM transactions"),
                entries: transaction.ledger.countRows("SELECT COUNT(*) AS count FROM entries"))
        }
    }
}

/// One rule: a statement that returns what breaks it, as `subject`, `expected` and `found`, and no row if all is well.
struct LedgerCheckRule: Sendable {
    /// What a rule is about: the section of the reconciliation that it belongs to.
    enum Subject: String, Sendable, CaseIterable {
        case transactions, balances, lots, reservations, purchases, limits, jobs
    }

    let subject: Subject
    let name: String
    let statement: Statement

    init(_ subject: Subject, name: String, statement: Statement) {
        self.subject = subject
        self.name = name
        self.statement = statement
    }

    func difference(_ row: Row) throws(DatabaseError) -> LedgerCheck.Difference {
        try LedgerCheck.Difference(
            rule: name, subject: row.get("subject"), expected: row.get("expected"), found: row.get("found"))
    }
}

extension LedgerStatements {
    fileprivate func countRows(_ statement: Statement) throws(DatabaseError) -> Int {
        try queryOne(statement)?.get("count") ?? 0
    }
}
