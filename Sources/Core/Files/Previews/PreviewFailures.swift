import Logging
import Synchronization

/// Reports that previews fail, if they do so one after the other: once an hour, and not for each picture. One damaged
/// picture is nobody's concern; a full disk is.
final class PreviewFailures: Sendable {
    private struct State {
        var inARow = 0
        var reportedAt: Instant?
    }

    /// So many without one that works.
    static let tolerated = 5
    private static let interval = Duration.seconds(3600)

    private let time: Time
    private let logger: Logger
    private let state = Mutex(State())

    init(time: Time, logger: Logger) {
        self.time = time
        self.logger = logger
    }

    func noteSuccess() {
        state.withLock { $0.inARow = 0 }
    }

    func note(_ error: any Error, _ asset: Asset) {
        logger.debug("preview not made", metadata: ["asset": "\(asset.id)", "error": "\(error)"])
        let now = time.now()
        let count: Int? = state.withLock { state in
            state.inARow += 1
            guard state.inARow >= Self.tolerated, state.reportedAt.map({ now >= $0 + Self.interval }) ?? true else {
                return nil
            }
            state.reportedAt = now
            return state.inARow
        }
        guard let count else { return }
        logger.warning(
            "thumbnails cannot be made; they are tried again later",
            metadata: ["failures": "\(count)", "asset": "\(asset.id)", "error": "\(error)"])
    }
}
