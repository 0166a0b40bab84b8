package import SQL

/// Admits jobs: priced, their credits reserved and their rows inserted in one transaction, all or none. It waits for no
/// provider; where a request gives the address of a picture, it waits for that. Simultaneous calls are served by one
/// set of statements, each with its own outcome.
package struct SubmitJob: Sendable {
    package enum Outcome: Sendable {
        case submitted([Job])
        /// The same request came before; this is the response that it got.
        case repeated(StoredResponse)
    }

    /// How many jobs may wait in an account's queue besides those that count as concurrent.
    static let waitingLimit = 100

    private let price: PriceRequest
    private let fetchInputs: FetchInputs
    private let database: Database
    private let time: Time
    private let set = BatchWrite<PricedSubmission, Outcome> { try $0.jobs.submit($1) }

    package init(
        price: PriceRequest, fetchUpload: FetchUpload, assets: Assets, database: Database, time: Time
    ) {
        self.price = price
        fetchInputs = FetchInputs(fetch: fetchUpload, assets: assets, database: database, time: time)
        self.database = database
        self.time = time
    }

    /// - Parameter response: Makes the response to store for `idempotency`; called inside the transaction, without
    ///   effects.
    package func callAsFunction(
        _ requests: [JobRequest], by actor: Actor, idempotency: Idempotency? = nil,
        response: @escaping @Sendable ([Job]) -> StoredResponse = { _ in StoredResponse(status: 202, body: "") }
    ) async throws -> Outcome {
        let priced: [PricedRequest]
        do {
            // A picture that is not fetched yet may turn out to be the smallest.
            priced = try await price(requests, for: actor.account, unknownSide: 1)
        } catch {
            // A stored response is returned again, even if the request could not be priced today: a picture may be
            // gone.
            guard let stored = try await storedResponse(idempotency, of: actor.account) else { throw error }
            return .repeated(stored)
        }
        guard priced.contains(where: { !$0.addresses.isEmpty }) else {
            return try await write(priced, actor, idempotency, response)
        }
        if let stored = try await storedResponse(idempotency, of: actor.account) { return .repeated(stored) }
        return try await fetchInputs(requests, priced, by: actor) { requests in
            try await write(try await price(requests, for: actor.account), actor, idempotency, response)
        }
    }

    private func write(
        _ priced: [PricedRequest], _ actor: Actor, _ idempotency: Idempotency?,
        _ response: @escaping @Sendable ([Job]) -> StoredResponse
    ) async throws -> Outcome {
        try await database.write(
            PricedSubmission(
                requests: priced, actor: actor, idempotency: idempotency, response: response, now: time.now()),
            by: set, order: .account(actor.account))
    }

    private func storedResponse(
        _ idempotency: Idempotency?, of account: ID<Account>
    ) async throws -> StoredResponse? {
        guard let idempotency else { return nil }
        let now = time.now()
        return try await database.read { try $0.idempotency.storedResponse(idempotency, of: account, now: now) }
    }
}
