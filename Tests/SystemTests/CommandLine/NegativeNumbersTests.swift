import ArgumentParser
@testable import CLI
import Core
import Testing

struct NegativeNumbersTests {
    @Test(arguments: [
        ("grant a@b.example -5", "grant a@b.example -- -5"),
        ("grant a@b.example -5 --bonus", "grant a@b.example --bonus -- -5"),
        ("grant a@b.example --bonus -2.50", "grant a@b.example --bonus -- -2.50"),
        ("serve --port -1", "serve --port=-1"), ("serve --port=-1 -2", "serve --port=-1 -- -2"),
        ("generate a --seed -7 --num-images 2", "generate a --seed=-7 --num-images 2"),
        ("generate -o a.png -5 -- -6 b", "generate -o a.png -- -5 -6 b"), ("generate -- -6", "generate -- -6"),
        ("generate -o a.png -- b", "generate -o a.png -- b"), ("generate -5a", "generate -5a"),
        ("generate - -", "generate - -"),
        ("bench jobs -5", "bench jobs -5"), ("", ""),
    ])
    func `a negative number is the value of the option before it, or an argument`(given: String, placed: String) {
        let arguments = given.split(separator: " ").map(String.init)

        let found = NegativeNumbers.place(arguments) { ["--bonus", "--json"] }

        #expect(found.joined(separator: " ") == placed)
    }

    @Test func `which options take no value, the parser says of every command`() throws {
        let flags = NegativeNumbers.flags(in: try JSON(parsing: Main._dumpHelp()))

        for flag in ["--bonus", "--json", "--admin", "--async", "--no-worker", "--no-stripe-sandbox", "--dry-run"] {
            #expect(flags.contains(flag), "\(flag)")
        }
        for option in ["--port", "--data", "--seed", "--entries", "--expires-in", "--key", "--limit"] {
            #expect(!flags.contains(option), "\(option)")
        }
    }
}
