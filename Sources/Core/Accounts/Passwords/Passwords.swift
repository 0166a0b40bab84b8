import NIOPosix
import Synchronization

/// Hashes and verifies passwords on its own threads: a hash takes a tenth of a second and 32 MiB, and must block
/// neither requests nor event loops.
package final class Passwords: Sendable {
    /// Too many are waiting already.
    package struct Busy: Error, Sendable {}

    private let cost: PasswordHash.Cost
    private let threads: NIOThreadPool
    private let limit: Int
    private let pending = Mutex(0)
    /// Verified if there is no user, so that a response's time does not reveal which addresses have an account.
    private let nobody: PasswordHash

    /// - Parameter limit: How many may be running or waiting; further ones are refused at once.
    package init(cost: PasswordHash.Cost = .standard, threads: Int = 2, limit: Int = 64) throws {
        self.cost = cost
        self.limit = limit
        nobody = try PasswordHash(of: APIKey.makeSecret(), cost: cost)
        self.threads = NIOThreadPool(numberOfThreads: threads)
        self.threads.start()
    }

    deinit {
        threads.shutdownGracefully { _ in }
    }

    package func hash(_ password: String) async throws -> PasswordHash {
        try await run { [cost] in try PasswordHash(of: password, cost: cost) }
    }

    /// One derivation, whether there is a hash or not.
    package func verify(_ password: String, against hash: PasswordHash?) async throws -> Bool {
        let matches = try await run { [nobody] in
            try (hash ?? nobody).matches(String(password.unicodeScalars.prefix(1024)))
        }
        return matches && hash != nil
    }

    /// Whether `hash` was made at another cost than passwords are hashed with today.
    func isOutdated(_ hash: PasswordHash) -> Bool {
        hash.cost != cost
    }

    private func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try pending.withLock { pending in
            guard pending < limit else { throw Busy() }
            pending += 1
        }
        defer { pending.withLock { $0 -= 1 } }
        return try await threads.runIfActive(body)
    }
}
