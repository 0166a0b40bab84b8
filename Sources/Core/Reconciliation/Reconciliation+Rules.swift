import SQL

extension ReconciliationStatements {
    /// The sections of the reconciliation that the ledger's rules are about, of all time.
    func auditedSections(limit: Int) throws -> [Reconciliation.Section] {
        try LedgerCheckRule.Subject.allCases.map { subject in
            let rules = LedgerCheckRule.all.filter { $0.subject == subject }
            let found = try rules.map { rule in
                try (rule: rule, differences: query(rule.statement, limit + 1).map { try rule.difference($0) })
            }
            let all = found.flatMap { rule, differences in
                differences.enumerated().map { (place: $0, rule: rule, difference: $1) }
            }
            let isCounted = found.allSatisfy { $0.differences.count <= limit }
            return try Reconciliation.Section(
                name: subject.rawValue, about: subject.about, compared: count(subject.compared),
                mismatched: isCounted ? Set(all.map(\.difference.subject)).count : countSubjects(of: rules),
                sums: subject.sums.map { try credits($0) } ?? [],
                // The first mismatch of each rule before the second of any, so that a rule that finds much hides no
                // other.
                mismatches: all.sorted { $0.place < $1.place }.prefix(limit).map { $0.rule.mismatch($0.difference) })
        }
    }

    /// Counts the subjects if there are more than are listed.
    private func countSubjects(of rules: [LedgerCheckRule]) throws(DatabaseError) -> Int {
        var union: Statement = "SELECT subject FROM (\(rules[0].statement)) AS differences"
        for rule in rules.dropFirst() {
            union = "\(union) UNION SELECT subject FROM (\(rule.statement)) AS differences"
        }
        return try queryOne("SELECT COUNT(*) AS count FROM (\(union)) AS subjects", Int.max)?.get("count") ?? 0
    }

    private func count(_ statement: Statement) throws(DatabaseError) -> Int {
        try queryOne(statement)?.get("count") ?? 0
    }

    private func credits(_ statement: Statement) throws(DatabaseError) -> [Reconciliation.Sum] {
        try query(statement).map { row throws(DatabaseError) in
            try Reconciliation.Sum(unit: .credits, recorded: row.get("recorded"), expected: row.get("expected"))
        }
    }
}

extension LedgerCheckRule {
    /// Its name as an identifier: `a_failed_or_cancelled_job_costs_nothing`.
    var code: String {
        name.lowercased().replacing("'", with: "").split { !$0.isLetter && !$0.isNumber }.joined(separator: "_")
    }

    fileprivate func mismatch(_ difference: LedgerCheck.Difference) -> Reconciliation.Mismatch {
        Reconciliation.Mismatch(
            code: code, subject: difference.subject, expected: difference.expected, found: difference.found,
            repair: hasOrphan(difference) ? .releaseReservation : subject.repair)
    }

    /// A reservation that is open although its job is over or never existed.
    private func hasOrphan(_ difference: LedgerCheck.Difference) -> Bool {
        switch name {
        case "a job's reservation is open until the job ends": difference.found == "open"
        case "a reservation belongs to a job": difference.found == "none"
        default: false
        }
    }
}

extension LedgerCheckRule.Subject {
    fileprivate var about: String {
        switch self {
        case .transactions: "ledger transactions compared with their entries"
        case .balances: "balances compared with entries, lots, reservations and debts"
        case .lots: "lots compared with their entries"
        case .reservations: "reservations compared with jobs and the ledger"
        case .purchases: "purchases compared with the ledger"
        case .limits: "spend counters and balances compared with limits and reservations"
        case .jobs: "jobs and accounts compared with their outputs, attempts and events"
        }
    }

    /// How many there are, including those that only one side has.
    fileprivate var compared: Statement {
        switch self {
        case .transactions: """
            SELECT (SELECT COUNT(*) FROM transactions) + (
                SELECT COUNT(DISTINCT e.transaction_id) FROM entries e
                LEFT JOIN transactions t ON t.id = e.transaction_id
                WHERE t.id IS NULL) AS count
            """
        case .balances: """
            SELECT COUNT(*) AS count FROM (
                SELECT account_id FROM balances UNION SELECT account_id FROM entries WHERE account_id IS NOT NULL
                UNION SELECT account_id FROM lots) AS accounts
            """
        case .lots: "SELECT COUNT(*) AS count FROM lots"
        case .reservations: """
            SELECT (SELECT COUNT(*) FROM jobs) + (
                SELECT COUNT(*) FROM reservations r LEFT JOIN jobs j ON j.id = r.job_id WHERE j.id IS NULL) AS count
            """
        case .purchases: """
            SELECT (SELECT COUNT(*) FROM purchases) + (
                SELECT COUNT(*) FROM transactions t LEFT JOIN purchases p ON p.key = t.key
                WHERE t.kind IN ('purchase', 'grant')
                    AND (t.key LIKE 'checkout:%' OR t.key LIKE 'invoice:%') AND p.id IS NULL) AS count
            """
        case .limits: "SELECT (SELECT COUNT(*) FROM spend_counters) + (SELECT COUNT(*) FROM balances) AS count"
        case .jobs: "SELECT (SELECT COUNT(*) FROM jobs) + (SELECT COUNT(*) FROM accounts) AS count"
        }
    }

    fileprivate var sums: Statement? {
        switch self {
        case .transactions: """
            SELECT CAST(COALESCE(SUM(CASE WHEN amount > 0 THEN amount END), 0) AS BIGINT) AS recorded,
                CAST(COALESCE(SUM(CASE WHEN amount < 0 THEN -amount END), 0) AS BIGINT) AS expected FROM entries
            """
        case .balances: """
            SELECT CAST(COALESCE(SUM(available + reserved), 0) AS BIGINT) AS recorded, (
                SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM entries
                WHERE book IN ('available', 'reserved')) AS expected
            FROM balances
            """
        case .lots: """
            SELECT CAST(COALESCE(SUM(remaining), 0) AS BIGINT) AS recorded, (
                SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM entries WHERE book = 'available') AS expected
            FROM lots
            """
        case .reservations: """
            SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS recorded, (
                SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM transactions WHERE kind = 'reserve') AS expected
            FROM reservations
            """
        case .purchases: """
            SELECT CAST(COALESCE(SUM(credits), 0) AS BIGINT) AS recorded, (
                SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM transactions WHERE kind IN ('purchase', 'grant')
                    AND (key LIKE 'checkout:%' OR key LIKE 'invoice:%' OR key LIKE 'month:%')) AS expected
            FROM purchases
            """
        case .limits, .jobs: nil
        }
    }

    fileprivate var repair: ReconciliationRepair {
        switch self {
        case .transactions: .look(
            """
            The ledger does not allow changes, so the database was changed directly. \
            Compare it with the last backup for which 'darkroom audit' reports no difference.
            """)
        case .balances, .lots: .look(
            """
            Run 'darkroom admin explain ACCOUNT': it computes the balance and its lots from the entries. \
            The entries are correct if the transactions are.
            """)
        case .reservations:
            .look("Compare the job with its ledger entries: GET /api/credits/history?job=… in its account.")
        case .purchases: .look("Compare the purchase with its ledger entry, and with the payment at Stripe.")
        case .limits: .look("Remove the limit and set it again: this recomputes its counter.")
        case .jobs:
            .look("The credits are not affected. Check the job, its attempts, and the log around the job's end.")
        }
    }
}

extension ReconciliationRepair {
    static let releaseReservation = ReconciliationRepair(
        command: "darkroom admin repair reservations",
        text: """
            Ends reservations whose job has ended or does not exist: captures what the job delivered, and releases \
            the rest.
            """)

    static func look(_ text: String) -> ReconciliationRepair { ReconciliationRepair(command: nil, text: text) }
}
