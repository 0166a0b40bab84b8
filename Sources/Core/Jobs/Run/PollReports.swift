import Synchronization

/// Decides which polls are reported to the operator: the first of a kind at a provider, and again every ten minutes
/// while it lasts. Hundreds of attempts are polled at once, and one cause is one line.
struct PollReports: Sendable {
    enum Kind: String, Sendable {
        case refused = "provider rejects polls; check its key and account"
        case unreadable = "provider's responses to polls cannot be used"
        case unknownState = "provider reports an unknown state"
        case unavailable = "provider does not respond to polls"
    }

    struct Report: Sendable, Hashable {
        let kind: Kind
        let code: ProviderFailure.Code?
        let reason: String
    }

    private struct Key: Hashable {
        let provider: ProviderName
        let kind: Kind
    }

    static let interval = Duration.seconds(600)
    /// Shorter than this, no response is an everyday thing.
    static let outage = Duration.seconds(120)

    private var reportedAt: [Key: Instant] = [:]
    private var unavailableSince: [ProviderName: Instant] = [:]

    /// Returns what to report of a poll, if anything.
    mutating func report(_ result: PollResult, of provider: ProviderName, at now: Instant) -> Report? {
        guard case .unavailable(let reason, _) = result else {
            unavailableSince[provider] = nil
            return Self.report(result).flatMap { isNews($0.kind, provider, now) ? $0 : nil }
        }
        let since = unavailableSince[provider] ?? now
        unavailableSince[provider] = since
        guard now - since >= Self.outage, isNews(.unavailable, provider, now) else { return nil }
        return Report(kind: .unavailable, code: .unavailable, reason: reason)
    }

    private static func report(_ result: PollResult) -> Report? {
        switch result {
        case .running(let progress):
            progress.unknownState.map { Report(kind: .unknownState, code: nil, reason: $0) }
        case .unusable(let failure, _):
            Report(
                kind: failure.code == .misconfigured ? .refused : .unreadable, code: failure.code,
                reason: failure.message)
        case .ended, .notFound, .unavailable: nil
        }
    }

    private mutating func isNews(_ kind: Kind, _ provider: ProviderName, _ now: Instant) -> Bool {
        let key = Key(provider: provider, kind: kind)
        if let last = reportedAt[key], now - last < Self.interval { return false }
        reportedAt[key] = now
        return true
    }
}

/// The reports of one worker, whose polls run at the same time.
final class SharedPollReports: Sendable {
    private let reports = Mutex(PollReports())

    func report(_ result: PollResult, of provider: ProviderName, at now: Instant) -> PollReports.Report? {
        reports.withLock { $0.report(result, of: provider, at: now) }
    }
}
