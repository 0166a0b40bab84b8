@testable import Core
import Logging
import SQL
import TestSupport
import Testing

/// How much lists read at 100,000 assets in one account. Inserting them takes a while, so this is part of
/// `make torture`.
@Suite(.enabled(if: TestEngine.isTorture))
struct ManyAssetsTests {
    /// Rows of an index, then those of the tables that they lead to. A page of everything is one of uploads and one of
    /// outputs.
    private static let mostRows = 4 * (AssetPage.mostRows + 1)
    /// A row takes up to 75 steps, with all its columns and comparisons.
    private static let mostSteps = 150 * (AssetPage.mostRows + 1)

    @Test(arguments: TestEngine.available)
    func `at 100,000 assets no statement of a list reads more than a page's rows`(on engine: TestEngine) async throws {
        let folder = try TemporaryFolder()
        let plain = try await engine.database(in: folder.path)
        let many = ManyAssets(count: 100_000)
        try await many.insert(into: plain)
        let read = ReadRows()
        let list = ListStatements(many: many, database: Database(read.wrap(plain.engine)))

        let searches = ListStatements.searches.map { AssetFilter(search: SearchQuery($0)) }
        for filter in ListStatements.filters + searches {
            read.forget()
            try await list.pages(filter)
            for (statement, count) in read.statements {
                #expect(count <= (engine == .sqlite ? Self.mostSteps : Self.mostRows), "\(filter): \(statement)")
            }
            // Three pages, each of so many statements at the most: what is found, the end, and places in a search.
            #expect(read.statements.count <= 3 * (3 * AssetPage.mostReads + 1), "\(filter)")
            #expect(!read.statements.isEmpty)
        }
        for position in [0, 50_000, 89_000] {
            read.forget()
            try await list.range(at: position)
            for (statement, count) in read.statements where !statement.contains("gallery_hours") {
                #expect(count <= (engine == .sqlite ? Self.mostSteps : Self.mostRows), "\(position): \(statement)")
            }
        }
        await plain.close()
    }

    @Test(arguments: TestEngine.available)
    func `the index of 100,000 assets is whole, and read again without their rows`(on engine: TestEngine) async throws {
        let folder = try TemporaryFolder()
        let plain = try await engine.database(in: folder.path)
        let many = ManyAssets(count: 100_000)
        try await many.insert(into: plain)
        let read = ReadRows()
        let gallery = Gallery(
            database: Database(read.wrap(plain.engine)), time: FakeTime().time, logger: .init(label: "test"))

        let first = try await gallery.index(of: many.account)
        _ = try await gallery.index(of: many.account)
        read.forget()
        let again = try await gallery.index(of: many.account)

        // Nine of ten are outputs, and of these one in 200 is in the trash.
        #expect(first.days.map(\.count).reduce(0, +) == 89_500 && again == first)
        #expect(!read.statements.contains { $0.statement.contains("FROM assets") })
        await plain.close()
    }
}
