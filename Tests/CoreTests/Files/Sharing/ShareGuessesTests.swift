@testable import Core
import TestSupport
import Testing

struct ShareGuessesTests {
    private let clock = FakeTime()
    private let guesses = ShareGuesses()

    private func guess(_ count: Int, from network: String = "203.0.113.7") {
        for number in 0..<count { guesses.count("link \(number)", from: network, now: clock.now) }
    }

    @Test func `a network that tries many links has to wait until the window ends, and others have not`() {
        guess(ShareGuesses.limit - 1)
        #expect(guesses.refusal(of: "203.0.113.7", now: clock.now) == nil)
        clock.advance(by: .seconds(100))
        guess(ShareGuesses.limit)

        #expect(guesses.refusal(of: "203.0.113.7", now: clock.now) == .seconds(500))
        #expect(guesses.refusal(of: "203.0.113.8", now: clock.now) == nil)
        clock.advance(by: .seconds(500))
        #expect(guesses.refusal(of: "203.0.113.7", now: clock.now) == nil)
        guess(1)
        #expect(guesses.refusal(of: "203.0.113.7", now: clock.now) == nil, "it counts from the start")
    }

    @Test func `a link that ended locks nobody out, however many follow it`() {
        for _ in 0..<10 * ShareGuesses.limit { guesses.count("ended", from: "203.0.113.7", now: clock.now) }

        #expect(guesses.refusal(of: "203.0.113.7", now: clock.now) == nil)
    }

    @Test func `so many networks are remembered, and no more`() {
        guess(ShareGuesses.limit, from: "first")
        for number in 1..<ShareGuesses.mostNetworks { guess(1, from: "network \(number)") }
        #expect(guesses.refusal(of: "first", now: clock.now) != nil)

        guess(1, from: "one more")

        #expect(guesses.refusal(of: "first", now: clock.now) == nil)
    }
}
