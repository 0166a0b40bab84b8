import Core
import Foundation

/// Faults of deliveries, as ordered. Whether one affects an event depends on the seed and the event's number alone, so
/// that a run can be repeated.
package struct Faults: Sendable, Codable, Equatable {
    var seed: Int64 = 1
    /// The percentage of events that are delivered twice.
    var duplicate = 0
    /// The percentage that are held back, so that later ones arrive first.
    var reorder = 0
    /// The percentage that are never delivered, unless redelivered on request.
    var lose = 0
    /// How long every delivery waits.
    var delay: Duration = .zero
    /// How long what is reordered is held back, at most.
    var window: Duration = .seconds(2)
    /// How long every response of the API waits, so that calls can overlap.
    var responseDelay: Duration = .zero

    init() {}

    /// The names in stored settings, which folders of older versions have too.
    private enum CodingKeys: String, CodingKey {
        case seed, duplicate, reorder, lose, delay, window
        case responseDelay = "answerDelay"
    }

    /// One delivery to make.
    struct Order: Sendable, Equatable {
        var delay: Duration
        var isLost = false
        var name: String?
    }

    private enum Draw: UInt64 {
        case lose = 1, duplicate, reorder, hold
    }

    func orders(for number: Int64) -> [Order] {
        if draw(.lose, number) % 100 < UInt64(lose) { return [Order(delay: .zero, isLost: true, name: "lose")] }
        var first = Order(delay: delay)
        if draw(.reorder, number) % 100 < UInt64(reorder) {
            let held = Int64(draw(.hold, number) % UInt64(max(1, window.milliseconds)))
            first = Order(delay: delay + .milliseconds(held), name: "reorder")
        }
        guard draw(.duplicate, number) % 100 < UInt64(duplicate) else { return [first] }
        return [first, Order(delay: first.delay, name: "duplicate")]
    }

    /// A pseudorandom number (SplitMix64), the same for the same event.
    private func draw(_ draw: Draw, _ number: Int64) -> UInt64 {
        var value = UInt64(bitPattern: seed)
        value &+= UInt64(bitPattern: number) &* 0x9E37_79B9_7F4A_7C15 &+ draw.rawValue &* 0xD1B5_4A32_D192_ED03
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

extension Faults {
    /// Reads a list such as `duplicate=30, lose=5, seed=7`: percentages, and seconds for `delay`, `window` and
    /// `answer_delay`.
    package init?(list: String) {
        for part in list.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            let parts = part.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, set(String(parts[0]), String(parts[1])) else { return nil }
        }
    }

    /// Sets a fault. Returns whether there is such a fault and the value is valid for it.
    mutating func set(_ name: String, _ value: String) -> Bool {
        if name == "seed", let number = Int64(value) {
            seed = number
            return true
        }
        guard let number = Double(value), number.isFinite, number >= 0, number <= 86_400 else { return false }
        let duration = Duration.milliseconds(Int64(number * 1000))
        switch name {
        case "delay": delay = duration
        case "window": window = duration
        case "answer_delay" where number <= 60: responseDelay = duration
        case "duplicate" where number <= 100: duplicate = Int(number)
        case "reorder" where number <= 100: reorder = Int(number)
        case "lose" where number <= 100: lose = Int(number)
        default: return false
        }
        return true
    }

    package static let names = ["duplicate", "reorder", "lose", "delay", "window", "answer_delay", "seed"]

    var json: JSON {
        [
            "seed": .integer(seed), "duplicate": .integer(Int64(duplicate)), "reorder": .integer(Int64(reorder)),
            "lose": .integer(Int64(lose)), "delay": .decimal(seconds(delay)), "window": .decimal(seconds(window)),
            "answer_delay": .decimal(seconds(responseDelay)),
        ]
    }

    private func seconds(_ duration: Duration) -> Decimal { Decimal(duration.milliseconds) / 1000 }
}
