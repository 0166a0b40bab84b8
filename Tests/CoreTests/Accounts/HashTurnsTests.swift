@testable import Core
import Testing

/// Which password is hashed next, without hashing one.
struct HashTurnsTests {
    private func network(_ name: String) -> PasswordLine { .network(name) }

    /// Turns that a test can change within an expectation.
    private final class Turns {
        private var turns: HashTurns<PasswordLine>

        init(_ waiting: [PasswordLine] = [], threads: Int = 1) {
            turns = HashTurns(threads: threads, limit: 64)
            for line in waiting { come(line) }
        }

        /// False if there is no place.
        @discardableResult
        func come(_ line: PasswordLine) -> Bool {
            guard turns.enter(line) else { return false }
            turns.wait(line, in: line)
            return true
        }

        func enter(_ line: PasswordLine) -> Bool { turns.enter(line) }
        func leave(_ line: PasswordLine) { turns.leave(line) }
        func next() -> PasswordLine? { turns.next() }

        /// The hash ends, and its client goes.
        func end(_ line: PasswordLine) {
            turns.finish(line)
            turns.leave(line)
        }
    }

    @Test func `lines take turns, in the order in which they came`() throws {
        let (a, b, c) = (network("a"), network("b"), PasswordLine.installation)
        let turns = Turns([a, a, c, c, c, b])

        var order: [PasswordLine] = []
        while let line = turns.next() {
            order.append(line)
            turns.end(line)
        }

        #expect(order == [a, c, b, a, c, c])
    }

    @Test func `a newcomer goes before the next hash of a network that has one running`() throws {
        let (a, b) = (network("a"), network("b"))
        let turns = Turns([a])
        #expect(turns.next() == a)

        #expect(turns.come(a) && turns.come(b))
        turns.end(a)

        #expect(turns.next() == b)
        turns.end(b)
        #expect(turns.next() == a)
    }

    @Test func `a network uses one thread, so that another is free for a newcomer`() throws {
        let (a, b) = (network("a"), network("b"))
        let turns = Turns([a], threads: 2)
        #expect(turns.next() == a)
        #expect(turns.come(a))
        #expect(turns.next() == nil)

        #expect(turns.come(b))

        #expect(turns.next() == b)
        turns.end(b)
        #expect(turns.next() == nil)
        turns.end(a)
        #expect(turns.next() == a)
    }

    @Test func `no more run than there are threads`() throws {
        let turns = Turns((0..<5).map { network("\($0)") }, threads: 3)

        #expect((0..<5).compactMap { _ in turns.next() }.count == 3)
        turns.end(network("0"))
        #expect(turns.next() == network("3"))
        #expect(turns.next() == nil)
    }

    @Test(arguments: [(PasswordLine.network("a"), 2), (.installation, 16)])
    func `a line has so many places, and gets one back when it leaves`(line: PasswordLine, places: Int) {
        let turns = Turns()
        for _ in 0..<places { #expect(turns.enter(line)) }

        #expect(!turns.enter(line))
        turns.leave(line)
        #expect(turns.enter(line))
    }

    @Test func `a few networks cannot take all places`() {
        let turns = Turns()
        // Of 48 networks, each asks for two places: until half are taken each gets them, and then one each.
        let places = (0..<48).map { number in
            [0, 1].count { _ in turns.enter(network("\(number)")) }
        }

        #expect(places == Array(repeating: 2, count: 16) + Array(repeating: 1, count: 32))
        #expect(!turns.enter(network("another")))
        turns.leave(network("0"))
        #expect(turns.enter(network("another")))
    }

    /// Ninety connections of one network, each of which asks again as soon as it was refused or served, beside
    /// victims of networks of their own.
    @Test(arguments: [1, 2])
    func `one network makes nobody wait for more than one of its hashes`(threads: Int) throws {
        let attacker = network("attacker")
        let turns = Turns(threads: threads)
        var running: [PasswordLine] = []
        /// The attacker's hashes that began since the victim came.
        var waited: [PasswordLine: Int] = [:]
        var served = 0

        for step in 0..<200 {
            for _ in 0..<90 { turns.come(attacker) }
            let victim = network("victim \(step)")
            try #require(turns.come(victim), "refused for the attacker's sake")
            waited[victim] = 0
            // More hashes end than victims come.
            for _ in 0..<3 {
                while let line = turns.next() {
                    running.append(line)
                    if line == attacker { waited = waited.mapValues { $0 + 1 } }
                    if let count = waited.removeValue(forKey: line) {
                        served += 1
                        #expect(count <= 1)
                    }
                }
                let line = running.removeFirst()
                turns.end(line)
            }
        }

        #expect(served >= 199)
    }
}
