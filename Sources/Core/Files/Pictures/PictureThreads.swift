import NIOPosix

/// A few threads of their own for decoding, painting and encoding, so that no event loop waits for a picture, and a
/// bound on the memory of all that is in hand. What is handed to it waits its turn.
package final class PictureThreads: Sendable {
    private let pool: NIOThreadPool
    private let budget: PictureBudget

    /// - Parameters:
    ///   - memory: In bytes, of the pictures that `run(holding:)` has in hand.
    ///   - mostWaiting: How many may wait for memory; more are refused.
    package init(count: Int, memory: Int = 384 << 20, mostWaiting: Int = 256) {
        pool = NIOThreadPool(numberOfThreads: count)
        budget = PictureBudget(memory, mostWaiting: mostWaiting)
        pool.start()
    }

    /// Runs `body` on one of the threads. A caller that is cancelled while it waits is not run.
    package func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await pool.runIfActive(body)
    }

    /// As `run`, once there is memory for it. Throws `PictureError.busy` where too many wait for that.
    ///
    /// - Parameters:
    ///   - bytes: The most that `load` and `body` hold.
    ///   - load: Brings the bytes of the file, on no thread of these.
    package func run<Value: Sendable>(
        holding bytes: Int, load: () async throws -> [UInt8], _ body: @escaping @Sendable ([UInt8]) throws -> Value
    ) async throws -> Value {
        do {
            return try await budget.hold(bytes) {
                let file = try await load()
                return try await run { try body(file) }
            }
        } catch is PictureBudget.Exhausted {
            throw PictureError.busy
        }
    }

    /// Waits for what is under way. Without it the threads end with the last reference.
    package func close() async throws {
        try await pool.shutdownGracefully()
    }

    deinit {
        pool.shutdownGracefully { _ in }
    }
}
