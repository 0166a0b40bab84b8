@testable import SQL
import Testing

/// A step's text and checksum: a released step may not change, and how its types are spelled may.
struct MigrationTextTests {
    private func migration(_ common: String, sqlite: String? = nil, postgres: String? = nil) -> Migration {
        var additions: [Dialect: [UInt8]] = [:]
        additions[.sqlite] = sqlite.map { Array($0.utf8) }
        additions[.postgres] = postgres.map { Array($0.utf8) }
        return Migration(1, "step", Array(common.utf8), additions: additions)
    }

    @Test func `the checksum is of the source, and of the engine's own addition`() {
        let plain = migration("CREATE TABLE t (a {text});")
        let added = migration("CREATE TABLE t (a {text});", postgres: "SELECT 1;")

        #expect(plain.checksum(in: .sqlite) == plain.checksum(in: .postgres))
        #expect(added.checksum(in: .sqlite) == plain.checksum(in: .sqlite))
        #expect(added.checksum(in: .postgres) != plain.checksum(in: .postgres))
        #expect(migration("CREATE TABLE t (a {text}); ").checksum(in: .sqlite) != plain.checksum(in: .sqlite))
        #expect(plain.checksum(in: .sqlite).utf8.count == 64)
    }

    @Test func `a step is the common text, then the engine's`() {
        let step = migration("A {text}", sqlite: "B {integer}", postgres: "C {bytes}")

        #expect(step.text(in: .sqlite) == "A TEXT\nB INTEGER")
        #expect(step.text(in: .postgres) == "A TEXT COLLATE \"C\"\nC BYTEA")
    }

    @Test func `an index can have an order that a primary key does not have`() {
        let step = migration("(a, b {newest first})")

        #expect(step.text(in: .sqlite) == "(a, b DESC)\n")
        #expect(step.text(in: .postgres) == "(a, b DESC NULLS LAST)\n")
    }

    @Test(arguments: [
        ("{text}{text}", "TEXTTEXT"), ("{ text }", "{ text }"), ("{TEXT}", "{TEXT}"), ("{json}", "{json}"),
        ("{}", "{}"),
        ("{{text}}", "{TEXT}"), ("'{text}'", "'TEXT'"), ("", ""),
    ])
    func `only the names of types are replaced`(text: String, written: String) {
        #expect(Dialect.sqlite.expandingTypes(in: text) == written)
    }

    @Test func `a part of the steps is the schema as an older version has it`() {
        let migrator = Migrator((1...4).map { Migration($0, "\($0)", []) })

        #expect(migrator.count == 4 && migrator.upTo(2).count == 2 && migrator.upTo(9).count == 4)
        #expect(migrator.upTo(0).count == 0 && Migrator([]).count == 0)
    }
}
