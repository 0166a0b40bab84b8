import Synchronization

/// How many addresses this node fetches at once, in all and for one account: each holds a connection, and a slow host
/// holds it for as long as it may.
final class FetchLimit: Sendable {
    static let perAccount = 8
    static let inAll = 32

    private let counts = Mutex(KeyedCounts<ID<Account>>())

    /// Runs `body`, or throws `AssetError.tooManyAtOnce` or `FetchError.busy`.
    func callAsFunction<Value>(for account: ID<Account>, _ body: () async throws -> Value) async throws -> Value {
        try counts.withLock { counts in
            guard counts.add(account, atMost: Self.perAccount) else {
                throw AssetError.tooManyAtOnce(limit: Self.perAccount)
            }
            guard counts.total <= Self.inAll else {
                counts.remove(account)
                throw FetchError.busy
            }
        }
        defer { counts.withLock { $0.remove(account) } }
        return try await body()
    }
}
