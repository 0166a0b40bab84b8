package import Logging
import ServiceLifecycle
import Synchronization

/// The event streams that are open on this node: so many for each account, and none for longer than its credential
/// proves something. What this node ends takes its streams with it at once, what another node ends within `interval`
/// and a read of the database.
package final class OpenStreams: Service {
    /// How long a stream can outlive its credential, apart from the time that a read of the database takes.
    package static let interval = Duration.seconds(2)

    private struct State {
        var streams: [Int: (credential: Credential, stream: WeakStream)] = [:]
        var counts = KeyedCounts<ID<Account>>()
        var next = 0
    }

    private struct WeakStream {
        weak var stream: OpenStream?
    }

    private let authenticator: Authenticator
    private let limit: Int
    private let time: Time
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameter limit: Of an account on this node.
    package init(authenticator: Authenticator, limit: Int, time: Time, logger: Logger) {
        self.authenticator = authenticator
        self.limit = limit
        self.time = time
        self.logger = logger
        authenticator.onEnd { [weak self] scope in self?.end { scope.contains($0) } }
    }

    /// Opens one for the holder of `credential`. It is open until nobody refers to it any more.
    package func open(_ credential: Credential) throws(TooManyStreams) -> OpenStream {
        let account = credential.actor.account
        let number = state.withLock { state -> Int? in
            guard state.counts.add(account, atMost: limit) else { return nil }
            state.next += 1
            return state.next
        }
        guard let number else { throw TooManyStreams(limit: limit) }
        let stream = OpenStream { [weak self] in self?.close(number, of: account) }
        state.withLock { $0.streams[number] = (credential, WeakStream(stream: stream)) }
        return stream
    }

    private func close(_ number: Int, of account: ID<Account>) {
        state.withLock { state in
            state.streams[number] = nil
            state.counts.remove(account)
        }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await self.time.sleep(OpenStreams.interval) } catch { return }
                do { try await self.endUnproved() } catch {
                    if Task.isCancelled { return }
                    self.logger.warning("event streams not checked", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// Ends the streams whose credential was revoked or has expired, on whichever node that happened.
    package func endUnproved() async throws {
        let credentials = state.withLock { Set($0.streams.values.map(\.credential)) }
        guard !credentials.isEmpty else { return }
        let ended = try await authenticator.ended(among: credentials)
        guard !ended.isEmpty else { return }
        end { ended.contains($0) }
    }

    private func end(where isEnded: (Credential) -> Bool) {
        let streams = state.withLock { state in
            state.streams.values.filter { isEnded($0.credential) }.compactMap(\.stream.stream)
        }
        for stream in streams { stream.end() }
    }
}

/// An account has as many streams as it may on this node.
package struct TooManyStreams: Error, Sendable, Hashable {
    package let limit: Int
}

/// One stream that counts among its account's.
package final class OpenStream: Sendable {
    private struct State {
        var hasEnded = false
        var onEnd: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    private let onClose: @Sendable () -> Void

    fileprivate init(onClose: @escaping @Sendable () -> Void) {
        self.onClose = onClose
    }

    deinit { onClose() }

    /// Its holder may receive nothing more.
    package var hasEnded: Bool { state.withLock { $0.hasEnded } }

    /// Runs `body` when it ends, or now if it has.
    package func onEnd(_ body: @escaping @Sendable () -> Void) {
        let runsNow = state.withLock { state in
            if !state.hasEnded { state.onEnd = body }
            return state.hasEnded
        }
        if runsNow { body() }
    }

    fileprivate func end() {
        let body = state.withLock { state in
            state.hasEnded = true
            defer { state.onEnd = nil }
            return state.onEnd
        }
        body?()
    }
}
