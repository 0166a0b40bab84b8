import NIOPosix

/// A few threads of their own for decoding, painting and encoding, so that no event loop waits for a picture. What is
/// handed to it waits its turn.
package final class PictureThreads: Sendable {
    private let pool: NIOThreadPool

    package init(count: Int) {
        pool = NIOThreadPool(numberOfThreads: count)
        pool.start()
    }

    /// Runs `body` on one of the threads. A caller that is cancelled while it waits is not run.
    package func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await pool.runIfActive(body)
    }

    /// Waits for what is under way. Without it the threads end with the last reference.
    package func close() async throws {
        try await pool.shutdownGracefully()
    }

    deinit {
        pool.shutdownGracefully { _ in }
    }
}
