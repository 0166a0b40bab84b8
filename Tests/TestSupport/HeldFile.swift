package import NIOCore
import Synchronization

/// A file on its way: its second part comes when the test says so.
package final class HeldFile: Sendable {
    private let parts: [[UInt8]]
    private let asked = Mutex(0)
    private let underWay = AsyncStream.makeStream(of: Void.self)
    private let released = AsyncStream.makeStream(of: Void.self)

    /// - Parameter first: How many bytes come at once.
    package init(_ bytes: [UInt8], first: Int) {
        parts = [Array(bytes.prefix(first)), Array(bytes.dropFirst(first))]
    }

    package var body: AsyncThrowingStream<ByteBuffer, any Error> {
        AsyncThrowingStream(unfolding: { [self] in
            let number = asked.withLock { number in
                number += 1
                return number
            }
            guard number <= parts.count else { return nil }
            if number == 2 {
                underWay.continuation.finish()
                for await _ in released.stream {}
            }
            return ByteBuffer(bytes: parts[number - 1])
        })
    }

    /// Returns when the first part has been taken.
    package func waitUntilUnderWay() async {
        for await _ in underWay.stream {}
    }

    package func release() {
        released.continuation.finish()
    }
}
