package import SQL

/// Makes outputs found by the prompts of their jobs, some at a time, soon after they are made; those that are older
/// than the search come after them.
package struct IndexPrompts: Sendable {
    private let database: Database
    private let batch: Int

    package init(database: Database, batch: Int = 500) {
        self.database = database
        self.batch = batch
    }

    /// Until nothing is waiting, or so many batches are done.
    package func runOnce(batches: Int = 20) async throws {
        for _ in 0..<batches where try await indexBatch() < batch { return }
    }

    /// Returns how many were waiting, up to a batch.
    private func indexBatch() async throws -> Int {
        let waiting = try await database.read { [batch] in try $0.files.waitingPrompts(batch) }
        guard !waiting.isEmpty else { return 0 }
        // Outside of the transaction, since it takes longer than what is in it.
        let rows = waiting.compactMap(WordRow.init)
        try await database.write(order: .alone) { transaction in
            try transaction.files.insertWords(rows)
            try transaction.files.removeFromQueue(waiting)
        }
        return waiting.count
    }
}

/// An output that is not found yet.
struct WaitingPrompt: Sendable {
    let priority: Int
    let asset: ID<Asset>
    /// Nil if there is no such asset any more.
    let account: ID<Account>?
    let prompt: String?
}

/// The words of an output as they are stored.
struct WordRow: Sendable {
    let asset: ID<Asset>
    let account: ID<Account>
    let words: String

    /// Nil if there are no words.
    init?(_ waiting: WaitingPrompt) {
        guard let account = waiting.account else { return nil }
        let prefix = SearchWords.prefix(of: account)
        words = SearchWords.words(of: waiting.prompt ?? "").map { prefix + $0 }.joined(separator: " ")
        guard !words.isEmpty else { return nil }
        asset = waiting.asset
        self.account = account
    }
}
