/// One measured figure, beside its floor or peer of the same run.
struct BenchRow: Sendable, Encodable {
    let bench: Benchmark
    /// Nil if the engine makes no difference.
    let engine: BenchEngine?
    let what: String
    /// Nil if it was not measured; `note` says why.
    var value: Double?
    let unit: String
    var beside: Beside?
    var goal: Goal?
    var note: String?

    struct Beside: Sendable, Encodable {
        let name: String
        let value: Double
    }

    /// What is to be reached, by the figure or by its ratio to what stands beside it.
    struct Goal: Sendable {
        enum Measure { case value, ratio }
        enum Limit { case atLeast, atMost }

        let measure: Measure
        let limit: Limit
        let bound: Double

        static func value(_ limit: Limit, _ bound: Double) -> Goal { Goal(measure: .value, limit: limit, bound: bound) }
        static func ratio(_ limit: Limit, _ bound: Double) -> Goal { Goal(measure: .ratio, limit: limit, bound: bound) }

        var text: String {
            (limit == .atLeast ? "≥ " : "≤ ") + BenchRow.text(bound) + (measure == .ratio ? " ×" : "")
        }
    }

    init(
        _ bench: Benchmark, _ engine: BenchEngine?, _ what: String, _ value: Double?, _ unit: String,
        beside: Beside? = nil, goal: Goal? = nil, note: String? = nil
    ) {
        self.bench = bench
        self.engine = engine
        self.what = what
        self.value = value
        self.unit = unit
        self.beside = beside
        self.goal = goal
        self.note = note
    }

    /// How many times the figure beside it.
    var ratio: Double? {
        guard let value, let beside, beside.value > 0 else { return nil }
        return value / beside.value
    }

    /// Nil if there is no goal, or if it was not measured.
    var isReached: Bool? {
        guard let goal, let measured = goal.measure == .value ? value : ratio else { return nil }
        return goal.limit == .atLeast ? measured >= goal.bound : measured <= goal.bound
    }

    /// The row's cells, in the order of `BenchReport.columns`.
    var cells: [String] {
        [
            bench.rawValue, engine?.rawValue ?? "–", what,
            value.map { "\(BenchRow.text($0)) \(unit)" } ?? "not measured",
            beside.map { "\($0.name): \(BenchRow.text($0.value))" } ?? note ?? "–",
            ratio.map { BenchRow.text($0) } ?? "–", goal?.text ?? "–",
            isReached.map { $0 ? "yes" : "missed" } ?? "–",
        ]
    }

    /// Three digits that count, and all of a large number's.
    static func text(_ value: Double) -> String {
        switch abs(value) {
        case 1000...: grouped(Int(value.rounded()))
        case 100...: String(Int(value.rounded()))
        case 10...: decimal(value, 10)
        default: decimal(value, 100)
        }
    }

    private static func decimal(_ value: Double, _ scale: Double) -> String {
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }

    private static func grouped(_ value: Int) -> String {
        let digits = Array(String(abs(value)))
        let groups = digits.enumerated().map { index, digit in
            (index > 0 && (digits.count - index) % 3 == 0 ? "," : "") + String(digit)
        }
        return (value < 0 ? "-" : "") + groups.joined()
    }

    private enum Key: String, CodingKey {
        case bench, engine, what, value, unit, beside, ratio, goal, reached, note
    }

    func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Key.self)
        try members.encode(bench, forKey: .bench)
        try members.encodeIfPresent(engine, forKey: .engine)
        try members.encode(what, forKey: .what)
        try members.encodeIfPresent(value, forKey: .value)
        try members.encode(unit, forKey: .unit)
        try members.encodeIfPresent(beside, forKey: .beside)
        try members.encodeIfPresent(ratio, forKey: .ratio)
        try members.encodeIfPresent(goal?.text, forKey: .goal)
        try members.encodeIfPresent(isReached, forKey: .reached)
        try members.encodeIfPresent(note, forKey: .note)
    }
}
