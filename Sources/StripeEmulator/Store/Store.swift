import Core
import SQL

/// The stand-in within one transaction: what every call and every movement of a clock works with. Each noun adds what it
/// can do in its own folder.
struct Store {
    let transaction: Transaction
    let rules: Rules
    /// In seconds, by the clock in force.
    var now: Int64
    /// By the machine's clock, for what has to do with the outside: deliveries and kept answers.
    let realNow: Instant
    let cause: Cause
    let renderer: Renderer

    func object<Object: Document>(
        _ id: String, param: String = "id", as type: Object.Type = Object.self
    ) throws -> Object {
        guard let object = try transaction.object(id, as: type) else { throw APIError.noSuch(Object.kind, id, param: param) }
        return object
    }

    /// The same at another time: that of a test clock, or of something that was due.
    func at(_ instant: Int64) -> Store {
        var desk = self
        desk.now = instant
        return desk
    }

    /// By the customer's clock.
    func living(by clock: String?) throws -> Store {
        guard let clock else { return self }
        return at(try object(clock, as: TestClock.self).frozenTime)
    }

    /// Stores a change, with the event that tells of it unless nothing changed.
    func change<Object: Document & Equatable>(_ old: Object, to new: Object, _ event: String?) throws {
        guard new != old else { return }
        try transaction.update(new)
        if let event { try emit(event, new, before: old) }
    }
}

/// What can be set about how the stand-in behaves.
package struct Rules: Sendable {
    /// The version that events and answers have where nobody asks for another: the account's default.
    package var version: APIVersion
    /// How many days after a failed payment of a renewal it is tried again, each time; after the last the subscription ends.
    var retryDays: [Int64] = [3, 5, 7]
    /// How long a renewal's invoice is a draft.
    var draftSeconds: Int64 = 3600
}
