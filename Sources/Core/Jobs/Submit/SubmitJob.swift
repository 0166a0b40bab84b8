package import SQL

/// Admits jobs: priced, their credits reserved and their rows inserted in one transaction, all or none. It waits for no
/// provider. Simultaneous calls are served by one set of statements, each with its own outcome.
package struct SubmitJob: Sendable {
    package enum Outcome: Sendable {
        case submitted([Job])
        /// The same request came before; this is the response that it got.
        case repeated(StoredResponse)
    }

    /// How many jobs may wait in an account's queue besides those that count as concurrent.
    static let waitingLimit = 100

    private let price: PriceRequest
    private let database: Database
    private let time: Time
    private let set = BatchWrite<PricedSubmission, Outcome> { try $0.jobs.submit($1) }

    package init(price: PriceRequest, database: Database, time: Time) {
        self.price = price
        self.database = database
        self.time = time
    }

    /// - Parameter response: Makes the response to store for `idempotency`; called inside the transaction, without
    ///   effects.
    package func callAsFunction(
        _ requests: [JobRequest], by actor: Actor, idempotency: Idempotency? = nil,
        response: @escaping @Sendable ([Job]) -> StoredResponse = { _ in StoredResponse(status: 202, body: "") }
    ) async throws -> Outcome {
        let now = time.now()
        let priced: [PricedRequest]
        do {
            priced = try await price(requests, for: actor.account)
        } catch {
            // A stored response is returned again, even if the request could not be priced today: a picture may be
            // gone.
            guard let stored = try await storedResponse(idempotency, of: actor.account, now: now) else { throw error }
            return .repeated(stored)
        }
        return try await database.write(
            PricedSubmission(requests: priced, actor: actor, idempotency: idempotency, response: response, now: now),
            by: set,
            order: .account(actor.account))
    }

    private func storedResponse(
        _ idempotency: Idempotency?, of account: ID<Account>, now: Instant
    ) async throws -> StoredResponse? {
        guard let idempotency else { return nil }
        return try await database.read { try $0.idempotency.storedResponse(idempotency, of: account, now: now) }
    }
}
