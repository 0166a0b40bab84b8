import Synchronization

/// A proved identity: who acts, for which account, and by which session. A key has no session.
package struct Credential: Sendable, Hashable {
    package let actor: Actor
    package let session: ID<Session>?
    /// The end of the token that was sent. A key has none.
    package var expiresAt: Instant?

    package init(actor: Actor, session: ID<Session>?, expiresAt: Instant? = nil) {
        self.actor = actor
        self.session = session
        self.expiresAt = expiresAt
    }
}

/// Credentials proved a moment ago, so that a busy client's requests query the database once in a while and not each
/// time. What another node ends stays valid here for up to `lifetime`; what this node ends, it forgets at once.
package final class CredentialCache: Sendable {
    package static let lifetime = Duration.seconds(5)

    private struct Entry {
        let credential: Credential
        let endsAt: Instant
    }

    /// Two generations: once the young one is full it becomes the old one, and entries that are used move to the young
    /// one. So the oldest are dropped together, and nothing has to be sorted.
    private struct State {
        var young: [String: Entry] = [:]
        var old: [String: Entry] = [:]
        var forgettings = 0
    }

    private let state = Mutex(State())
    private let observers = Mutex<[@Sendable (CredentialScope) -> Void]>([])
    private let limit: Int

    /// - Parameter limit: Of each of two generations.
    package init(limit: Int = 10_000) {
        self.limit = limit
    }

    /// Returns the proof of that name, or the result of `prove`. The result is cached unless something was forgotten
    /// meanwhile: it might have been that.
    func credential(_ name: String, now: Instant, prove: () async throws -> Credential) async throws -> Credential {
        let (found, forgettings) = state.withLock { (Self.find(name, in: &$0, now: now, limit: limit), $0.forgettings) }
        if let found { return found }
        let credential = try await prove()
        state.withLock { state in
            guard state.forgettings == forgettings else { return }
            Self.keep(Entry(credential: credential, endsAt: now + Self.lifetime), as: name, in: &state, limit: limit)
        }
        return credential
    }

    /// All in `scope` have to be proved again.
    func forget(_ scope: CredentialScope) {
        state.withLock { state in
            state.forgettings += 1
            state.young = state.young.filter { !scope.contains($0.value.credential) }
            state.old = state.old.filter { !scope.contains($0.value.credential) }
        }
    }

    /// All in `scope` prove nothing any more. Returns once this node's streams of theirs have ended.
    func end(_ scope: CredentialScope) {
        forget(scope)
        for observer in observers.withLock({ $0 }) { observer(scope) }
    }

    func onEnd(_ body: @escaping @Sendable (CredentialScope) -> Void) {
        observers.withLock { $0.append(body) }
    }

    var count: Int { state.withLock { $0.young.count + $0.old.count } }

    private static func find(_ name: String, in state: inout State, now: Instant, limit: Int) -> Credential? {
        if let entry = state.young[name] { return entry.endsAt > now ? entry.credential : nil }
        guard let entry = state.old[name], entry.endsAt > now else { return nil }
        keep(entry, as: name, in: &state, limit: limit)
        return entry.credential
    }

    private static func keep(_ entry: Entry, as name: String, in state: inout State, limit: Int) {
        if state.young.count >= limit {
            state.old = state.young
            state.young = [:]
        }
        state.young[name] = entry
    }
}
