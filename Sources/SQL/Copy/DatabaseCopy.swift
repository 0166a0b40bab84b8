import Synchronization

/// Copies everything from a database in a file to an empty one on PostgreSQL: what one instant sees, in one
/// transaction, so that it arrives whole or not at all.
package struct DatabaseCopy: Sendable {
    package enum Refusal: Error, Sendable, Equatable {
        /// The other database has rows in this table.
        case notEmpty(table: String)
        /// A table that the other database does not have.
        case unknownTable(String)
        case differs(table: String, sent: Int, arrived: Int)
        /// Reading the source broke off.
        case brokeOff
    }

    private struct Page: Sendable {
        let table: Int
        let rows: [[SQLValue]]
    }

    private static let pageSize = 500

    private let source: Database
    private let target: Database
    private let seeded: Set<String>
    private let derived: Set<String>

    /// - Parameters:
    ///   - seeded: Tables that a new schema fills itself; their rows are replaced by those of the source.
    ///   - derived: Tables that the target fills itself, from what is copied to others.
    package init(from source: Database, to target: Database, seeded: Set<String>, derived: Set<String> = []) {
        self.source = source
        self.target = target
        self.seeded = seeded
        self.derived = derived
    }

    /// Returns how many rows each table has now, as many as were read. Both databases must have the same schema
    /// already.
    ///
    /// - Parameter finish: Further work in the same transaction.
    package func callAsFunction(
        finish: @escaping @Sendable (Transaction) throws -> Void
    ) async throws -> [String: Int] {
        let tables = try await target.read { try $0.tablesInOrder() }.filter { $0.name != "schema_migrations" }
        let here = try await source.read { try $0.tableNamesInFile() }.subtracting(["schema_migrations"])
        if let unknown = here.subtracting(tables.map(\.name)).sorted().first { throw Refusal.unknownTable(unknown) }
        let shared = tables.filter { here.contains($0.name) && !derived.contains($0.name) }
        let (pipe, hasRun) = (BatchPipe<Page>(), Flag())
        async let sent: Void = read(shared, into: pipe)
        do {
            let counts = try await target.write(order: .alone) { transaction in
                // The batches can be read only once, so the closure cannot be run again.
                guard !hasRun.raise() else { throw Refusal.brokeOff }
                return try receive(shared, all: tables, from: pipe, into: transaction, finish)
            }
            try await sent
            return Dictionary(uniqueKeysWithValues: zip(shared.map(\.name), counts))
        } catch {
            pipe.leave()
            // A failure of reading is the cause of any other.
            do { try await sent } catch let cause { if !(cause is BatchPipe<Page>.Broken) { throw cause } }
            throw error
        }
    }

    private final class Flag: Sendable {
        private let isRaised = Atomic(false)

        /// Returns the value before.
        func raise() -> Bool { isRaised.exchange(true, ordering: .relaxed) }
    }

    private func read(_ tables: [TableShape], into pipe: BatchPipe<Page>) async throws {
        do {
            try await source.read { try send(tables, into: pipe, from: $0) }
            pipe.finish(isWhole: true)
        } catch {
            pipe.finish(isWhole: false)
            throw error
        }
    }

    private func send(_ tables: [TableShape], into pipe: BatchPipe<Page>, from transaction: Transaction) throws {
        for (index, table) in tables.enumerated() {
            var last: [SQLValue] = []
            while case let rows = try transaction.query(
                table.page(of: Self.pageSize, isFirst: last.isEmpty), values: last).map(\.values),
                let end = rows.last {
                try pipe.send(Page(table: index, rows: rows))
                last = table.keyValues(of: end)
            }
        }
    }

    private func receive(
        _ tables: [TableShape], all: [TableShape], from pipe: BatchPipe<Page>, into transaction: Transaction,
        _ finish: (Transaction) throws -> Void
    ) throws -> [Int] {
        // The schema cannot change meanwhile, and no installation can begin: the first step of both waits for this.
        try transaction.lockSchema {}
        for table in all where !seeded.contains(table.name) {
            if try transaction.queryOne(table.anyRow) != nil { throw Refusal.notEmpty(table: table.name) }
        }
        for table in all.reversed() where seeded.contains(table.name) { try transaction.execute(table.delete) }
        let sent = try insert(pipe, into: tables, transaction)
        guard pipe.isWhole else { throw Refusal.brokeOff }
        let counts = try tables.enumerated().map { index, table in
            let arrived = try transaction.queryOne(table.count)?.get("count", as: Int.self) ?? 0
            guard arrived == sent[index] else {
                throw Refusal.differs(table: table.name, sent: sent[index], arrived: arrived)
            }
            return arrived
        }
        try finish(transaction)
        return counts
    }

    /// Returns how many rows came for each table.
    private func insert(
        _ pipe: BatchPipe<Page>, into tables: [TableShape], _ transaction: Transaction
    ) throws -> [Int] {
        var counts = tables.map { _ in 0 }
        var references: [(table: Int, values: [SQLValue])] = []
        while let page = pipe.next() {
            let table = tables[page.table]
            counts[page.table] += page.rows.count
            let place = table.ownReference.flatMap(table.place)
            for var row in page.rows {
                if let place, row[place] != .null {
                    references.append((page.table, [row[place]] + table.keyValues(of: row)))
                    row[place] = .null
                }
                try transaction.perform(table.insert, values: row)
            }
            // A failure shows here, and not a million rows later.
            try transaction.query("SELECT 1 AS one")
        }
        for reference in references {
            let table = tables[reference.table]
            if let column = table.ownReference { try transaction.perform(table.fill(column), values: reference.values) }
        }
        return counts
    }
}
