import Foundation

/// Chance that can be had again: print the seed, and a run can be repeated.
package struct Seeded: RandomNumberGenerator, Sendable {
    package let seed: UInt64
    private var source: SeededRandom

    package init(_ seed: UInt64) {
        self.seed = seed
        source = SeededRandom(seed: seed)
    }

    /// The seed is that of the environment variable, else a new one. It is printed, so that a failure can be looked into.
    package init(_ name: String, variable: String) {
        let seed = ProcessInfo.processInfo.environment[variable].flatMap(UInt64.init) ?? UInt64.random(in: 1...999_999_999)
        print("\(name): seed \(seed); set \(variable)=\(seed) to run it again")
        self.init(seed)
    }

    package mutating func next() -> UInt64 { source.next() }

    package mutating func number(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &self) }
    package mutating func happens(oneIn count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}
