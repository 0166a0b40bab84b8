@testable import Core
import SQL
import TestSupport

/// What an account has, in plain numbers: credits by when they expire, so that lots that expire together are one here.
struct LedgerModel: Sendable {
    enum Operation: Sendable {
        case grant(Lot.Source, Int64, expiresAt: Instant?)
        case reserve(Int64, ID<Job>)
        case settle(ID<Job>, capturing: Int64)
        case expire
        /// What may be spent in a day; nil means any amount.
        case limit(Int64?)
        case purchase(ID<Purchase>, Int64, expiresAt: Instant)
        case clawBack(ID<Purchase>, Int64)
        case giveBack(ID<Purchase>, Int64)
    }

    enum Refusal: Sendable, Equatable {
        case limit(left: Int64)
        case credits(available: Int64)
    }

    /// Where credits are: what expires then, and first of it what a purchase brought, whose lot is the only one with
    /// that expiry.
    struct Place: Sendable, Hashable, Comparable {
        static let never = Int64.max

        let expiry: Int64
        var purchase: ID<Purchase>?

        static func < (one: Place, other: Place) -> Bool {
            (one.expiry, one.purchase == nil ? 1 : 0) < (other.expiry, other.purchase == nil ? 1 : 0)
        }
    }

    struct Part: Sendable {
        let place: Place
        let amount: Int64
    }

    struct Bought: Sendable {
        let place: Place
        let credits: Int64
        var clawedBack: Int64 = 0
    }

    struct Owed: Sendable {
        let purchase: ID<Purchase>
        var open: Int64
    }

    var now: Instant
    private(set) var lots: [Place: Int64] = [:]
    private(set) var open: [ID<Job>: (parts: [Part], day: Instant)] = [:]
    private(set) var purchases: [ID<Purchase>: Bought] = [:]
    /// The oldest first.
    private var debts: [Owed] = []
    private var limit: Int64?
    /// What was reserved on each day and not released.
    private var spent: [Instant: Int64] = [:]

    init(now: Instant) {
        self.now = now
    }

    var available: Int64 { lots.values.reduce(0, +) }
    var reserved: Int64 { open.values.flatMap { $0.parts }.reduce(0) { $0 + $1.amount } }
    var owed: Int64 { debts.reduce(0) { $0 + $1.open } }
    var lotsByExpiry: [Int64: Int64] { Dictionary(lots.map { ($0.key.expiry, $0.value) }, uniquingKeysWith: +) }
    private var living: [Place] { lots.keys.filter { $0.expiry > now.rawValue }.sorted() }

    /// Returns nil, or why it is refused; then nothing has changed.
    mutating func apply(_ operation: Operation) -> Refusal? {
        switch operation {
        case .grant(_, let amount, let expiresAt):
            lots[Place(expiry: expiresAt?.rawValue ?? Place.never), default: 0] += amount
        case .reserve(let amount, let job):
            if let refusal = refusal(of: amount) { return refusal }
            open[job] = (take(amount, from: living), now.startOfDay)
            spent[now.startOfDay, default: 0] += amount
        case .settle(let job, let captured): settle(job, capturing: captured)
        case .expire: lots = lots.filter { $0.key.expiry > now.rawValue }
        case .limit(let amount): limit = amount
        case .purchase(let id, let amount, let expiresAt):
            let place = Place(expiry: expiresAt.rawValue, purchase: id)
            purchases[id] = Bought(place: place, credits: amount)
            lots[place] = amount
            payDebts(from: place, amount)
        case .clawBack(let id, let amount): clawBack(amount, of: id)
        case .giveBack(let id, let amount): giveBack(amount, of: id)
        }
        lots = lots.filter { $0.value > 0 }
        return nil
    }

    private func refusal(of amount: Int64) -> Refusal? {
        let left = limit.map { max(0, $0 - spent[now.startOfDay, default: 0]) }
        if let left, amount > left { return .limit(left: left) }
        let spendable = living.reduce(0) { $0 + (lots[$1] ?? 0) }
        return amount > spendable ? .credits(available: spendable) : nil
    }

    /// As much of it as there is at these places.
    private mutating func take(_ amount: Int64, from places: [Place]) -> [Part] {
        var missing = amount
        var parts: [Part] = []
        for place in places where missing > 0 {
            let taken = min(lots[place] ?? 0, missing)
            guard taken > 0 else { continue }
            lots[place, default: 0] -= taken
            missing -= taken
            parts.append(Part(place: place, amount: taken))
        }
        return parts
    }

    private mutating func settle(_ job: ID<Job>, capturing captured: Int64) {
        guard let (parts, day) = open.removeValue(forKey: job) else { return }
        spent[day, default: 0] -= parts.reduce(0) { $0 + $1.amount } - captured
        var left = captured
        for part in parts {
            let taken = min(part.amount, left)
            left -= taken
            lots[part.place.expiry > now.rawValue ? part.place : renewed, default: 0] += part.amount - taken
        }
    }

    /// What is returned after its lot's end lives for seven days more.
    private var renewed: Place { Place(expiry: (now + .seconds(7 * 86_400)).rawValue) }

    private mutating func clawBack(_ amount: Int64, of id: ID<Purchase>) {
        guard let bought = purchases[id] else { return }
        let taken = take(amount, from: [bought.place] + living.filter { $0 != bought.place }).reduce(0) {
            $0 + $1.amount
        }
        if taken < amount { debts.append(Owed(purchase: id, open: amount - taken)) }
        purchases[id]?.clawedBack += amount
    }

    private mutating func giveBack(_ amount: Int64, of id: ID<Purchase>) {
        guard let bought = purchases[id] else { return }
        purchases[id]?.clawedBack -= amount
        var left = amount
        for index in debts.indices where debts[index].purchase == id {
            let forgiven = min(debts[index].open, left)
            debts[index].open -= forgiven
            left -= forgiven
        }
        let place = bought.place.expiry > now.rawValue ? Place(expiry: bought.place.expiry) : renewed
        lots[place, default: 0] += left
        payDebts(from: place, left)
    }

    private mutating func payDebts(from place: Place, _ credits: Int64) {
        var left = credits
        for index in debts.indices {
            let paid = min(debts[index].open, left)
            debts[index].open -= paid
            lots[place, default: 0] -= paid
            left -= paid
        }
        debts.removeAll { $0.open == 0 }
    }
}
