import Foundation

/// Repeatable random numbers: print the seed, and a run can be repeated.
package struct Seeded: RandomNumberGenerator, Sendable {
    package let seed: UInt64
    private var state: UInt64

    package init(_ seed: UInt64) {
        self.seed = seed
        state = seed
    }

    /// The seed is that of the environment variable, else a new one. It is printed, so that a failure can be
    /// investigated.
    package init(_ name: String, variable: String) {
        let seed = ProcessInfo.processInfo.environment[variable].flatMap(UInt64.init)
            ?? UInt64.random(in: 1...999_999_999)
        print("\(name): seed \(seed); set \(variable)=\(seed) to run it again")
        self.init(seed)
    }

    /// SplitMix64.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    package mutating func number(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &self) }
    package mutating func happens(oneIn count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}
