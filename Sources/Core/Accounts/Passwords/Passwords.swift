import NIOPosix
import Synchronization

/// Hashes and verifies passwords on its own threads: a hash takes a tenth of a second and 32 MiB, and must block
/// neither requests nor event loops. The networks that ask take turns: see `HashTurns`.
package final class Passwords: Sendable {
    /// Too many are pending already, of this network or of all.
    package struct Busy: Error, Sendable {}

    private let cost: PasswordHash.Cost
    private let threads: NIOThreadPool
    private let turns: Mutex<HashTurns<CheckedContinuation<Void, Never>>>
    /// Verified if there is no user, so that a response's time does not reveal which addresses have an account.
    private let nobody: PasswordHash

    /// - Parameter limit: How many may be pending; further ones are refused at once.
    package init(cost: PasswordHash.Cost = .standard, threads: Int = 2, limit: Int = 64) throws {
        self.cost = cost
        turns = Mutex(HashTurns(threads: threads, limit: limit))
        nobody = try PasswordHash(of: APIKey.makeSecret(), cost: cost)
        self.threads = NIOThreadPool(numberOfThreads: threads)
        self.threads.start()
    }

    deinit {
        threads.shutdownGracefully { _ in }
    }

    /// How many hashes were computed since the start.
    var hashes: Int { turns.withLock { $0.started } }

    /// The right to hash passwords, one after the other.
    struct Place: Sendable {
        fileprivate let passwords: Passwords
        fileprivate let line: PasswordLine

        func hash(_ password: String) async throws -> PasswordHash {
            try await passwords.run(in: line) { [cost = passwords.cost] in try PasswordHash(of: password, cost: cost) }
        }

        /// One derivation, whether there is a hash or not.
        func verify(_ password: String, against hash: PasswordHash?) async throws -> Bool {
            let matches = try await passwords.run(in: line) { [nobody = passwords.nobody] in
                try (hash ?? nobody).matches(String(password.unicodeScalars.prefix(1024)))
            }
            return matches && hash != nil
        }
    }

    /// Takes a place for the whole of `body`, so that what is refused as `Busy` has been counted nowhere yet.
    func withPlace<Value: Sendable>(
        in line: PasswordLine, _ body: (Place) async throws -> Value
    ) async throws -> Value {
        guard turns.withLock({ $0.enter(line) }) else { throw Busy() }
        defer { turns.withLock { $0.leave(line) } }
        return try await body(Place(passwords: self, line: line))
    }

    package func hash(_ password: String, in line: PasswordLine) async throws -> PasswordHash {
        try await withPlace(in: line) { try await $0.hash(password) }
    }

    /// Whether `hash` was made at another cost than passwords are hashed with today.
    func isOutdated(_ hash: PasswordHash) -> Bool {
        hash.cost != cost
    }

    private func run<Value: Sendable>(
        in line: PasswordLine, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        await withCheckedContinuation { continuation in
            startNext { $0.wait(continuation, in: line) }
        }
        defer { startNext { $0.finish(line) } }
        return try await threads.runIfActive(body)
    }

    private func startNext(after change: (inout HashTurns<CheckedContinuation<Void, Never>>) -> Void) {
        let started = turns.withLock { turns in
            change(&turns)
            var started: [CheckedContinuation<Void, Never>] = []
            while let next = turns.next() { started.append(next) }
            return started
        }
        for continuation in started { continuation.resume() }
    }
}
