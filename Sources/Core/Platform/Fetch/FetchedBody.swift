import NIOCore

/// The bytes of a response as they come; what goes wrong is thrown as a `FetchError`.
struct FetchedBody: AsyncSequence, Sendable {
    private let body: HTTPCall.Body

    init(_ body: HTTPCall.Body) {
        self.body = body
    }

    func makeAsyncIterator() -> Iterator { Iterator(parts: body.makeAsyncIterator()) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var parts: HTTPCall.Body.Iterator

        mutating func next() async throws -> ByteBuffer? {
            do throws(HTTPCall.Failure) {
                return try await parts.next()
            } catch {
                throw error.whileFetching(isReading: true)
            }
        }
    }
}

extension HTTPCall.Failure {
    /// As a `FetchError`, or a `CancellationError` if the task was cancelled: that is not the other side's fault.
    ///
    /// - Parameter isReading: The body has begun, and whatever breaks it off has truncated it.
    func whileFetching(isReading: Bool) -> any Error {
        switch self {
        case .cancelled: CancellationError()
        case .timedOut, .connectTimedOut: FetchError.timedOut
        case .tooLarge(let limit): FetchError.tooLarge(limit: limit)
        case .unreachable(let reason), .brokenOff(let reason): isReading ? FetchError.truncated : .unreachable(reason)
        }
    }
}
