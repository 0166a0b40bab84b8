import Core
import SQL

/// The Stripe emulator's state within one transaction, for every call and every movement of a clock. Each noun adds its
/// operations in its own folder.
struct Store {
    let transaction: Transaction
    let rules: Rules
    /// In seconds, by the clock in force.
    var now: Int64
    /// By the machine's clock, for deliveries and stored responses.
    let realNow: Instant
    let cause: Cause
    let renderer: Renderer

    func object<Object: Document>(
        _ id: String, param: String = "id", as type: Object.Type = Object.self
    ) throws -> Object {
        guard let object = try transaction.object(id, as: type) else {
            throw APIError.noSuch(Object.kind, id, param: param)
        }
        return object
    }

    /// The same at another time: that of a test clock, or of something that was due.
    func at(_ instant: Int64) -> Store {
        var store = self
        store.now = instant
        return store
    }

    /// The same at the time of a customer's test clock, if there is one.
    func following(_ clock: String?) throws -> Store {
        guard let clock else { return self }
        return at(try object(clock, param: "test_clock", as: TestClock.self).frozenTime)
    }

    /// Stores a change and emits its event, unless nothing changed.
    func change<Object: Document & Equatable>(_ old: Object, to new: Object, _ event: String?) throws {
        guard new != old else { return }
        try transaction.update(new)
        if let event { try emit(event, new, before: old) }
    }
}

/// Settings of the Stripe emulator's behavior.
package struct Rules: Sendable {
    /// The version of events and responses if none is requested: the account's default.
    package var version: APIVersion
    /// How many days after a failed payment of a renewal it is tried again, each time; after the last the subscription
    /// ends.
    var retryDays: [Int64] = [3, 5, 7]
    /// How long a renewal's invoice is a draft.
    var draftSeconds: Int64 = 3600
}
