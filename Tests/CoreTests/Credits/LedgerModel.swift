@testable import Core
import SQL
import TestSupport

/// What an account has, in plain numbers: credits by when they expire, so that lots which expire together are one here.
struct LedgerModel: Sendable {
    /// The expiry of what does not expire.
    static let never = Int64.max

    enum Operation: Sendable {
        case grant(Lot.Source, Int64, expiresAt: Instant?)
        case reserve(Int64, ID<Job>)
        case settle(ID<Job>, capturing: Int64)
        case expire
        /// What may be spent in a day; nothing means any amount.
        case limit(Int64?)
    }

    enum Refusal: Sendable, Equatable {
        case limit(left: Int64)
        case credits(available: Int64)
    }

    struct Part: Sendable {
        let expiry: Int64
        let amount: Int64
    }

    private(set) var lots: [Int64: Int64] = [:]
    private(set) var open: [ID<Job>: (parts: [Part], day: Instant)] = [:]
    private(set) var now: Instant
    private(set) var limit: Int64?
    /// What was reserved on each day and not released.
    private var spent: [Instant: Int64] = [:]

    init(now: Instant) {
        self.now = now
    }

    var available: Int64 { lots.values.reduce(0, +) }
    var reserved: Int64 { open.values.flatMap { $0.parts }.reduce(0) { $0 + $1.amount } }
    var spendable: Int64 { lots.filter { $0.key > now.rawValue }.values.reduce(0, +) }

    /// What comes next, by chance; the clock moves on first.
    mutating func next(_ chance: inout Seeded) -> Operation {
        now = now + (chance.happens(oneIn: 200) ? .seconds(chance.number(0...80_000)) : .milliseconds(chance.number(0...20_000)))
        switch chance.number(0...99) {
        case 0...21: return grant(&chance)
        case 22: return .limit(chance.happens(oneIn: 3) ? nil : chance.number(0...5_000))
        case 23...55:
            let amount = chance.happens(oneIn: 20) ? available : chance.number(0...900)
            return .reserve(amount, .make(at: now))
        case 56...91:
            guard let job = open.keys.sorted().randomElement(using: &chance) else { return .expire }
            let amount = open[job]?.parts.reduce(0) { $0 + $1.amount } ?? 0
            return .settle(job, capturing: chance.happens(oneIn: 3) ? 0 : chance.happens(oneIn: 2) ? amount : chance.number(0...amount))
        default: return .expire
        }
    }

    private func grant(_ chance: inout Seeded) -> Operation {
        let sources: [Lot.Source] = [.purchase, .grant, .bonus, .refund, .adjustment]
        // Whole seconds, so that lots come to expire together.
        let expiry = chance.happens(oneIn: 4) ? nil : Instant(seconds: now.seconds + chance.number(1...2_000))
        return .grant(sources.randomElement(using: &chance) ?? .bonus, chance.number(1...900), expiresAt: expiry)
    }

    /// What it comes to, or why it is refused; then nothing has changed.
    mutating func apply(_ operation: Operation) -> Refusal? {
        switch operation {
        case .grant(_, let amount, let expiresAt): lots[expiresAt?.rawValue ?? Self.never, default: 0] += amount
        case .reserve(let amount, let job):
            let left = limit.map { max(0, $0 - spent[now.startOfDay, default: 0]) }
            if let left, amount > left { return .limit(left: left) }
            guard amount <= spendable else { return .credits(available: spendable) }
            reserve(amount, for: job)
        case .settle(let job, let captured): settle(job, capturing: captured)
        case .expire: lots = lots.filter { $0.key > now.rawValue }
        case .limit(let amount): limit = amount
        }
        lots = lots.filter { $0.value > 0 }
        return nil
    }

    private mutating func reserve(_ amount: Int64, for job: ID<Job>) {
        var missing = amount
        var parts: [Part] = []
        for expiry in lots.keys.sorted() where missing > 0 && expiry > now.rawValue {
            let taken = min(lots[expiry] ?? 0, missing)
            lots[expiry, default: 0] -= taken
            missing -= taken
            parts.append(Part(expiry: expiry, amount: taken))
        }
        open[job] = (parts, now.startOfDay)
        spent[now.startOfDay, default: 0] += amount
    }

    private mutating func settle(_ job: ID<Job>, capturing captured: Int64) {
        var left = captured
        guard let (parts, day) = open.removeValue(forKey: job) else { return }
        spent[day, default: 0] -= parts.reduce(0) { $0 + $1.amount } - captured
        for part in parts {
            let taken = min(part.amount, left)
            left -= taken
            let expiry = part.expiry > now.rawValue ? part.expiry : (now + .seconds(7 * 86_400)).rawValue
            lots[expiry, default: 0] += part.amount - taken
        }
    }
}
