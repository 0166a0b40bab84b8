import Synchronization

/// What accounts are sending to this node at the moment. It has no row yet, so quotas and numbers that look at rows
/// alone would let a client send any amount at once.
final class ArrivingUploads: Sendable {
    fileprivate struct Claim {
        /// The most that the file is expected to have, as the account's other uploads count it.
        var expected = 0
        /// Whether it counts against quota and number. It does from when it is allowed until it is stored, when its row
        /// counts instead.
        var isCounted = false
    }

    fileprivate struct State {
        var claims: [ID<Account>: [Int: Claim]] = [:]
        var lastNumber = 0
    }

    fileprivate let state = Mutex(State())

    /// Begins an upload of the account, which lasts until nobody refers to it any more.
    ///
    /// - Parameter limit: How many there may be of an account.
    func begin(_ account: ID<Account>, limit: Int) throws(AssetError) -> ArrivingUpload {
        let number: Int? = state.withLock { state in
            guard state.claims[account, default: [:]].count < limit else { return nil }
            state.lastNumber += 1
            state.claims[account, default: [:]][state.lastNumber] = Claim()
            return state.lastNumber
        }
        guard let number else { throw .tooManyAtOnce(limit: limit) }
        return ArrivingUpload(uploads: self, account: account, number: number)
    }
}

/// One file on its way.
final class ArrivingUpload: Sendable {
    /// What the account has, by its rows, when the upload begins.
    struct Stored: Sendable {
        let bytes: Int
        /// Uploads of the last hour.
        let uploads: Int
        /// When the first of them may be forgotten.
        let retryAfter: Duration
    }

    private struct Progress {
        var quota = Int.max
        var stored = 0
        /// What is announced of the file itself, or has arrived if that is more.
        var size = 0
        var arrived = 0
    }

    private let uploads: ArrivingUploads
    private let account: ID<Account>
    private let number: Int
    private let progress = Mutex(Progress())

    fileprivate init(uploads: ArrivingUploads, account: ID<Account>, number: Int) {
        self.uploads = uploads
        self.account = account
        self.number = number
    }

    deinit {
        uploads.state.withLock { state in
            state.claims[account]?[number] = nil
            if state.claims[account]?.isEmpty == true { state.claims[account] = nil }
        }
    }

    /// Counts the upload from here on, if the account may have it beside what it has and what else is arriving.
    ///
    /// - Parameters:
    ///   - announced: The size of the file, if it is said; nil if it is not.
    ///   - atMost: A size that the file cannot exceed, such as that of a whole form, or nil.
    func allow(_ stored: Stored, announced: Int?, atMost: Int?, _ rules: FileRules) throws(AssetError) {
        let size = announced ?? 1
        let refusal: AssetError? = uploads.state.withLock { state in
            let others = others(in: state)
            guard stored.bytes + others.bytes + size <= rules.quota else {
                return .quotaExceeded(used: stored.bytes + others.bytes, limit: rules.quota)
            }
            guard stored.uploads + others.files < rules.uploadsPerHour else {
                return .tooManyUploads(limit: rules.uploadsPerHour, retryAfter: stored.retryAfter)
            }
            state.claims[account]?[number] = ArrivingUploads.Claim(expected: max(size, atMost ?? 0), isCounted: true)
            return nil
        }
        if let refusal { throw refusal }
        progress.withLock { $0 = Progress(quota: rules.quota, stored: stored.bytes, size: size) }
    }

    /// Notes that more of the file has arrived. Throws if the account has no room for it.
    func add(_ bytes: Int) throws(AssetError) {
        let progress = progress.withLock { progress in
            progress.arrived += bytes
            progress.size = max(progress.size, progress.arrived)
            return progress
        }
        let refusal: AssetError? = uploads.state.withLock { state in
            let others = others(in: state)
            guard progress.stored + others.bytes + progress.size <= progress.quota else {
                return .quotaExceeded(used: progress.stored + others.bytes, limit: progress.quota)
            }
            let expected = state.claims[account]?[number]?.expected ?? 0
            state.claims[account]?[number]?.expected = max(expected, progress.size)
            return nil
        }
        if let refusal { throw refusal }
    }

    /// The whole file is there and is about to get its row, which decides from here on. It keeps its place among the
    /// account's uploads at once.
    func finish() {
        uploads.state.withLock { $0.claims[account]?[number] = ArrivingUploads.Claim() }
    }

    private func others(in state: ArrivingUploads.State) -> (files: Int, bytes: Int) {
        let others = (state.claims[account] ?? [:]).filter { $0.key != number && $0.value.isCounted }.values
        return (others.count, others.reduce(0) { $0 + $1.expected })
    }
}
