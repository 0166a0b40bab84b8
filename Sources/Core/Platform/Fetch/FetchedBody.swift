import AsyncHTTPClient
import NIOCore

/// The bytes of an answer as they come, never more than the limit and never fewer than announced.
struct FetchedBody: AsyncSequence, Sendable {
    private let parts: any AsyncSequence<ByteBuffer, any Error> & Sendable
    private let limit: Int
    private let announced: Int?

    init(_ parts: any AsyncSequence<ByteBuffer, any Error> & Sendable, limit: Int, announced: Int?) throws(FetchError) {
        if let announced, announced > limit { throw .tooLarge(limit: limit) }
        self.parts = parts
        self.limit = limit
        self.announced = announced
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(parts: parts.makeAsyncIterator(), limit: limit, announced: announced)
    }

    struct Iterator: AsyncIteratorProtocol {
        var parts: any AsyncIteratorProtocol<ByteBuffer, any Error>
        let limit: Int
        let announced: Int?
        var size = 0

        mutating func next() async throws -> ByteBuffer? {
            let part: ByteBuffer?
            do { part = try await parts.next(isolation: nil) } catch {
                try Task.checkCancellation()
                throw FetchError(error, whileReading: true)
            }
            guard let part else {
                if let announced, announced != size { throw FetchError.truncated }
                return nil
            }
            size += part.readableBytes
            guard size <= limit else { throw FetchError.tooLarge(limit: limit) }
            return part
        }
    }
}

extension FetchError {
    /// What the client says, in our words: whatever breaks a body off has truncated it.
    init(_ error: any Error, whileReading isReading: Bool) {
        let timeouts: [HTTPClientError] = [.readTimeout, .writeTimeout, .connectTimeout, .tlsHandshakeTimeout, .deadlineExceeded]
        if let error = error as? FetchError {
            self = error
        } else if let error = error as? HTTPClientError, timeouts.contains(error) {
            self = .timedOut
        } else {
            self = isReading ? .truncated : .unreachable(String(describing: error))
        }
    }
}
