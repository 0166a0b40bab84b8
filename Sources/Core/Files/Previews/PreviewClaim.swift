/// An asset whose preview one maker on one node may make now. Its place among those that are due is moved to the end
/// of the lease: if the maker dies, another one finds it there.
struct PreviewClaim: Sendable {
    /// How long a maker has, with the time in which it waits for a thread.
    static let lease = Duration.seconds(180)
    /// The waits after the first, the second, … try that failed; the next failure is the last.
    static let waits: [Duration] = [.seconds(30), .seconds(120), .seconds(600), .seconds(3600)]

    let asset: Asset
    /// Of the job that made it.
    let provider: ProviderName?
    /// This one counted.
    let tries: Int
    let until: Instant

    /// Nil if that was the last try.
    var waitAfterFailure: Duration? {
        Self.waits.indices.contains(tries - 1) ? Self.waits[tries - 1] : nil
    }
}

/// The order in which previews are made.
enum PreviewPriority: Int, Sendable {
    /// Of what was just stored, or is asked for.
    case new = 0
    /// Of what was stored before there were previews.
    case old = 1
}
