@testable import SQL
import Testing

/// How a full-text index is asked on each engine.
struct WordIndexTests {
    private let index = WordIndex(table: "notes", key: "id", words: "words", virtualTable: "found")

    @Test func `a query asks for a beginning of each word`() {
        #expect(Dialect.sqlite.wordQuery(["ab", "é"]) == #""ab"* AND "é"*"#)
        #expect(Dialect.postgres.wordQuery(["ab", "é"]) == "'ab':* & 'é':*")
    }

    @Test func `its rows are a table of keys, and it compares a row at hand`() {
        let statement: Statement = "SELECT id FROM \(.rowsWithWords(index, "$1")) AS hits"
        #expect(statement.text(in: .sqlite)
            == "SELECT id FROM (SELECT rowid AS id FROM found WHERE found MATCH $1) AS hits")
        #expect(statement.text(in: .postgres).contains(
            "SELECT id FROM notes WHERE array_to_tsvector(string_to_array(words, ' ')) @@ CAST($1 AS tsquery)"))
        let condition: Statement = "\(.hasWords(index, "$1"))"
        #expect(condition.text(in: .sqlite) == "id IN (SELECT rowid AS id FROM found WHERE found MATCH $1)")
        #expect(condition.text(in: .postgres).hasSuffix("@@ CAST($1 AS tsquery)"))
    }

    @Test func `only one engine returns them in order`() {
        #expect(Dialect.sqlite.findsWordsInOrder && !Dialect.postgres.findsWordsInOrder)
    }
}
