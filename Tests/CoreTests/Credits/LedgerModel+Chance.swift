@testable import Core
import SQL
import TestSupport

extension LedgerModel {
    /// A random next operation; the clock is advanced first, by an even number, so that odd instants are left to
    /// purchases.
    mutating func next(_ chance: inout Seeded) -> Operation {
        let isLeap = chance.happens(oneIn: 200)
        now = now + .milliseconds(2 * (isLeap ? chance.number(1...40_000_000) : chance.number(1...10_000)))
        switch chance.number(0...99) {
        case 0...18: return grant(&chance)
        case 19...22: return purchase(&chance)
        case 23...26: return change(&chance)
        case 27: return .limit(chance.happens(oneIn: 3) ? nil : chance.number(0...5_000))
        case 28...58: return .reserve(chance.happens(oneIn: 20) ? available : chance.number(0...900), .make(at: now))
        case 59...92: return settle(&chance)
        default: return .expire
        }
    }

    private func grant(_ chance: inout Seeded) -> Operation {
        let sources: [Lot.Source] = [.purchase, .grant, .bonus, .refund, .adjustment]
        // Whole seconds, so that lots come to expire together.
        let expiry = chance.happens(oneIn: 4) ? nil : Instant(seconds: now.seconds + chance.number(1...2_000))
        return .grant(sources.randomElement(using: &chance) ?? .bonus, chance.number(1...900), expiresAt: expiry)
    }

    private func settle(_ chance: inout Seeded) -> Operation {
        guard let job = open.keys.sorted().randomElement(using: &chance) else { return .expire }
        let amount = open[job]?.parts.reduce(0) { $0 + $1.amount } ?? 0
        return .settle(
            job, capturing: chance.happens(oneIn: 3)
                ? 0 : chance.happens(oneIn: 2) ? amount : chance.number(0...amount))
    }

    private func purchase(_ chance: inout Seeded) -> Operation {
        var expiry: Int64
        repeat { expiry = now.rawValue + 2 * chance.number(0...1_000_000) + 1 } while purchases.values.contains {
            $0.place.expiry == expiry
        }
        return .purchase(.make(at: now), chance.number(1...900), expiresAt: Instant(rawValue: expiry))
    }

    /// Money of one of the last purchases is refunded, or comes back.
    private func change(_ chance: inout Seeded) -> Operation {
        guard let id = purchases.keys.sorted().suffix(8).randomElement(using: &chance),
            let bought = purchases[id]
        else { return .expire }
        let (kept, gone) = (bought.credits - bought.clawedBack, bought.clawedBack)
        if gone > 0, kept == 0 || chance.happens(oneIn: 2) { return .giveBack(id, chance.number(1...gone)) }
        return .clawBack(id, chance.happens(oneIn: 2) ? kept : chance.number(1...kept))
    }
}
