package import Core
package import SQL

/// One account with many assets, a minute apart: for plans, and for how much a statement reads. Every tenth is an
/// upload, the others are outputs of one job. All of these have the word `sunset`, one in a hundred `harbor`, and one
/// of the oldest `zebra`.
package struct ManyAssets: Sendable {
    package let account: ID<Account>
    package let count: Int
    private let start = Instant(seconds: 1_700_000_000)

    private let isNew: Bool

    /// - Parameter account: One that is there already; nil means a new one.
    package init(count: Int, of account: ID<Account>? = nil) {
        self.count = count
        self.account = account ?? .make(at: start)
        isNew = account == nil
    }

    package func insert(into database: Database) async throws {
        let job = ID<Job>.make(at: start)
        try await database.write(order: .alone) { transaction in
            if isNew {
                try transaction.execute(
                    "INSERT INTO accounts (id, name, plan, created_at) VALUES ($1, 'Many', 'free', 0)", account)
            }
            try transaction.execute(
                """
                INSERT INTO jobs (id, account_id, kind, kind_version, endpoint, provider, state, parameters,
                    outputs_asked, outputs_delivered, price, price_version, price_breakdown, event_seq, order_at,
                    run_at, time_limit, created_at, ended_at)
                VALUES ($1, $2, 'text_to_image', 1, 'a', 'fal', 'completed', '{"prompt":"sunset"}', 1, 1, 600, 1, '{}',
                    1, 0, 0, 1000, 0, 0)
                """, job, account)
        }
        for first in stride(from: 0, to: count, by: 5000) {
            try await database.write(order: .alone) { transaction in
                let numbers = first..<min(first + 5000, count)
                let ids = numbers.map(id)
                try transaction.perform(Statements.assets, rows: numbers.map { row($0, ids[$0 - first], job) })
                try transaction.perform(
                    Statements.tags,
                    rows: numbers.filter { $0 % 40 == 1 }.map { [account, "red", ids[$0 - first]] })
                try transaction.perform(
                    Statements.words,
                    rows: numbers.filter(isOutput).map { [number(of: $0), ids[$0 - first], account, words(of: $0)] })
                try transaction.perform("DELETE FROM search_queue")
            }
        }
        // As it is after a while. On SQLite nothing does so.
        try await database.write(order: .alone) { if $0.dialect == .postgres { try $0.perform("ANALYZE") } }
    }

    package func time(of number: Int) -> Instant { start + .seconds(60 * number) }

    private func isOutput(_ number: Int) -> Bool { number % 10 != 0 }

    private func id(_ number: Int) -> ID<Asset> { .make(at: time(of: number)) }

    private func row(_ number: Int, _ id: ID<Asset>, _ job: ID<Job>) -> [any SQLConvertible] {
        let isOutput = isOutput(number)
        let kind = number % 1000 == 7 ? "image_edit" : "text_to_image"
        let model = number % 5000 == 11 ? "rare" : "model \(number % 5)"
        return [
            id, account, isOutput ? job : nil as ID<Job>?, isOutput ? number : nil as Int?,
            isOutput
                ? StorageKey.output(number, of: job, account, .png) : StorageKey.upload(id, of: account, .png),
            [768, 1024, 1536][number % 3], number % 50 == 3 ? 1 : nil as Int?, isOutput ? kind : nil as String?,
            isOutput ? model : nil as String?, number % 200 == 5 ? 1 : nil as Int?,
        ]
    }

    private func number(of number: Int) -> Int64 { time(of: number).milliseconds << 21 }

    private func words(of number: Int) -> String {
        var words = ["sunset"] + (0..<15).map { "word\((number * 31 + $0 * $0 * 7) % 3000)" }
        if number % 100 == 1 { words.append("harbor") }
        if number == 17 { words.append("zebra") }
        return Set(words).sorted().map { SearchWords.prefix(of: account) + $0 }.joined(separator: " ")
    }

    private enum Statements {
        static let assets = BulkStatement("""
            INSERT INTO assets (id, account_id, job_id, output_index, key, name, content_type, size, sha256, width,
                height, tags, favorite_at, created_at, job_kind, endpoint, trashed_at) VALUES
            """, row: """
            ($1, $2, $3, $4, $5, 'a.png', 'image/png', 1, '', $6, 1024, '[]', $7, 0, $8, $9, $10)
            """)

        static let tags = BulkStatement(
            "INSERT INTO asset_tags (account_id, tag, asset_id) VALUES", row: "($1, $2, $3)")

        static let words = BulkStatement(
            "INSERT INTO asset_words (number, asset_id, account_id, words) VALUES", row: "($1, $2, $3, $4)")
    }
}
