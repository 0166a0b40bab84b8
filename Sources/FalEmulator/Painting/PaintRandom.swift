/// Chance that is the same for the same seed on every machine, so that a picture can be painted again (SplitMix64).
struct PaintRandom {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// Of a text and a number: prompt and seed together name a picture.
    init(text: String, seed: Int64) {
        let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        state = hash ^ (UInt64(bitPattern: seed) &* 0x9E37_79B9_7F4A_7C15)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From 0 up to but without 1.
    mutating func unit() -> Double {
        Double(next() >> 11) / Double(1 << 53 as UInt64)
    }

    mutating func between(_ low: Double, _ high: Double) -> Double {
        low + (high - low) * unit()
    }

    mutating func whole(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(unit() * Double(range.count))
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[whole(0...elements.count - 1)]
    }

    mutating func chance(_ share: Double) -> Bool {
        unit() < share
    }
}
