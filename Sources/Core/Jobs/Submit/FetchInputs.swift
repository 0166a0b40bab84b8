import SQL

/// Fetches the input pictures that requests give the addresses of, each once, so that the jobs name stored files.
struct FetchInputs: Sendable {
    /// Different addresses of one submission. All are fetched at once, and the client waits for the slowest.
    static let addressLimit = 8

    private let fetch: FetchUpload
    private let assets: Assets
    private let database: Database
    private let time: Time

    init(fetch: FetchUpload, assets: Assets, database: Database, time: Time) {
        self.fetch = fetch
        self.assets = assets
        self.database = database
        self.time = time
    }

    /// Calls `submit` with requests that have ids in place of addresses. What was fetched is deleted again unless that
    /// submits them.
    ///
    /// - Parameter priced: The same requests. Their prices are the least that they can cost.
    func callAsFunction(
        _ requests: [JobRequest], _ priced: [PricedRequest], by actor: Actor,
        submit: ([JobRequest]) async throws -> SubmitJob.Outcome
    ) async throws -> SubmitJob.Outcome {
        let wanted = Wanted(priced)
        guard wanted.addresses.count <= Self.addressLimit else {
            throw SubmitError.tooManyAddresses(limit: Self.addressLimit)
        }
        try await demandCredits(priced, of: actor.account)
        let fetched = try await fetch(wanted, for: actor)
        do {
            let outcome = try await submit(Self.requests(requests, priced, fetched))
            if case .repeated = outcome { await delete(fetched.values, of: actor.account) }
            return outcome
        } catch {
            await delete(fetched.values, of: actor.account)
            throw error
        }
    }

    /// Before anything is fetched: an account without credits makes us fetch nothing.
    private func demandCredits(_ priced: [PricedRequest], of account: ID<Account>) async throws {
        let (total, now) = (priced.reduce(Credits.zero) { $0 + $1.price.total }, time.now())
        let available = try await database.read { try $0.ledger.spendableCredits(of: account, now: now) }
        guard total <= available else { throw LedgerError.insufficientCredits(required: total, available: available) }
    }

    private func fetch(_ wanted: Wanted, for actor: Actor) async throws -> [String: ID<Asset>] {
        let attempts = await attempts(wanted.addresses, for: actor)
        var fetched: [String: ID<Asset>] = [:]
        for attempt in attempts { fetched[attempt.address] = try? attempt.result.get() }
        for address in wanted.addresses {
            guard let attempt = attempts.first(where: { $0.address == address }),
                case .failure(let error) = attempt.result
            else { continue }
            await delete(fetched.values, of: actor.account)
            throw wanted.place(error, of: address)
        }
        return fetched
    }

    private struct Attempt: Sendable {
        let address: String
        let result: Result<ID<Asset>, any Error>
    }

    /// All at once.
    private func attempts(_ addresses: [String], for actor: Actor) async -> [Attempt] {
        await withTaskGroup(of: Attempt.self, returning: [Attempt].self) { group in
            for address in addresses {
                group.addTask { await attempt(address, for: actor) }
            }
            var attempts: [Attempt] = []
            for await attempt in group { attempts.append(attempt) }
            return attempts
        }
    }

    private func attempt(_ address: String, for actor: Actor) async -> Attempt {
        do {
            return Attempt(address: address, result: .success(try await fetch(address, for: actor).id))
        } catch {
            return Attempt(address: address, result: .failure(error))
        }
    }

    private static func requests(
        _ requests: [JobRequest], _ priced: [PricedRequest], _ fetched: [String: ID<Asset>]
    ) -> [JobRequest] {
        zip(requests, priced).map { request, priced in
            var request = request
            for (name, address) in priced.addresses {
                request.parameters[name] = fetched[address].map { .string($0.rawValue) }
            }
            return request
        }
    }

    /// Also if the client is gone. What cannot be deleted now expires as an upload that no job used.
    private func delete(_ ids: some Collection<ID<Asset>>, of account: ID<Account>) async {
        let ids = Array(ids)
        await Task { for id in ids { try? await assets.delete(id, of: account) } }.value
    }

    /// The addresses of a submission, each once, in the order in which they are first named.
    private struct Wanted {
        private(set) var addresses: [String] = []
        private var places: [String: (request: Int, field: String)] = [:]
        private let isBatch: Bool

        init(_ requests: [PricedRequest]) {
            isBatch = requests.count > 1
            for (index, request) in requests.enumerated() {
                for (field, address) in request.addresses.sorted(by: { $0.key < $1.key }) where places[address] == nil {
                    places[address] = (index, field)
                    addresses.append(address)
                }
            }
        }

        /// The error with the field that names the address.
        func place(_ error: any Error, of address: String) -> any Error {
            guard let place = places[address] else { return error }
            let placed: SubmitError? =
                switch error {
                case let error as FetchError: .fetch(error, field: place.field)
                case let error as AssetError: .input(error, field: place.field)
                default: nil
                }
            guard let placed else { return error }
            return isBatch ? SubmitError.inBatch(place.request, placed) : placed
        }
    }
}
