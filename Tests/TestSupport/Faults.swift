package import Core
package import SQL
import Synchronization

/// Makes one operation fail: the n-th call that leaves the process, or the n-th commit. Counted while it is armed.
package final class Faults: Sendable {
    package enum Moment: String, Sendable, CaseIterable {
        /// It never happened.
        case before
        /// It happened, but its caller receives an error nevertheless.
        case after
    }

    package struct Injected: Error {}

    private struct State {
        var count = 0
        var isArmed = false
        var met: String?
    }

    private let number: Int
    private let moment: Moment
    private let call: String?
    private let onMeet: @Sendable () -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - call: The only one to count; nothing counts all.
    ///   - onMeet: Called as it goes wrong.
    package init(_ number: Int, _ moment: Moment, of call: String? = nil, onMeet: @escaping @Sendable () -> Void = {}) {
        self.number = number
        self.moment = moment
        self.call = call
        self.onMeet = onMeet
    }

    /// What failed; nil if there were fewer calls than that.
    package var met: String? { state.withLock { $0.met } }

    package func arm(_ isArmed: Bool = true) {
        state.withLock { $0.isArmed = isArmed }
    }

    /// Does something that may fail, and handles the injected error as a person would: by trying again.
    package func retrying<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch where Faults.isInjected(error) { return try await body() }
    }

    /// Does something that may fail, and ignores the failure.
    package func tolerating(_ body: () async throws -> Void) async throws {
        do { try await body() } catch where Faults.isInjected(error) {}
    }

    package func wrap(_ engine: any SQL.Engine) -> any SQL.Engine { FaultyEngine(engine: engine, faults: self) }
    package func wrap(_ provider: FakeProvider) -> any Provider { FaultyProvider(provider: provider, faults: self) }

    /// For `TestWorld`: an output that is cut short, or one that is stored although the call fails.
    package func store(_ source: OutputSource) throws -> StoreOutcome? {
        switch next("store output \(source.index)") {
        case .before: return .broken("cut short", isTransient: true)
        case .after: throw Injected()
        case nil: return nil
        }
    }

    /// For a server outside the process, which implements the moment itself.
    package func call(_ name: String) -> Moment? { next(name) }

    fileprivate func next(_ name: String) -> Moment? {
        let isMet = state.withLock { state in
            guard state.isArmed, call == nil || call == name else { return false }
            state.count += 1
            guard state.count == number else { return false }
            state.met = "\(name), \(moment)"
            return true
        }
        guard isMet else { return nil }
        onMeet()
        return moment
    }

    fileprivate static let databaseError = DatabaseError(.unavailable, "injected")

    private static func isInjected(_ error: any Error) -> Bool {
        error is Injected || (error as? DatabaseError)?.message == databaseError.message
    }
}

/// Commits that fail, or whose response is lost.
private struct FaultyEngine: SQL.Engine {
    let engine: any SQL.Engine
    let faults: Faults

    var dialect: Dialect { engine.dialect }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        try await engine.read(body)
    }

    func write(_ pending: PendingWrite) {
        switch faults.next("commit") {
        case .before: pending.refuse(Faults.databaseError)
        case .after: engine.write(pending.wrapped(failure: Faults.databaseError))
        case nil: engine.write(pending)
        }
    }

    func version() async throws -> String { try await engine.version() }
    func close() async { await engine.close() }
}

/// Calls that never arrive, or whose response is lost.
private struct FaultyProvider: Provider {
    let provider: FakeProvider
    let faults: Faults

    var name: ProviderName { provider.name }
    var concurrency: Int { provider.concurrency }
    var webhookTimeout: Duration { provider.webhookTimeout }

    func submit(_ submission: Submission) async -> SubmissionResult {
        let fault = faults.next("submit")
        if fault == .before { return .noResponse("it never arrived") }
        let response = await provider.submit(submission)
        return fault == nil ? response : .noResponse("the response was lost")
    }

    func poll(_ reference: ProviderReference) async -> PollResult {
        let fault = faults.next("poll")
        if fault == .before { return .unavailable("it never arrived", retryAfter: nil) }
        let response = await provider.poll(reference)
        return fault == nil ? response : .unavailable("the response was lost", retryAfter: nil)
    }

    func cancel(_ reference: ProviderReference) async -> CancelResult {
        let fault = faults.next("cancel")
        if fault == .before { return .unavailable("it never arrived") }
        let response = await provider.cancel(reference)
        return fault == nil ? response : .unavailable("the response was lost")
    }

    func pollInterval(after polls: Int) -> Duration { provider.pollInterval(after: polls) }
    func outcome(of payload: JSON) -> ProviderOutcome { provider.outcome(of: payload) }
    func verify(_ webhook: ReceivedWebhook) async throws(WebhookRefusal) -> VerifiedWebhook {
        try await provider.verify(webhook)
    }
}
