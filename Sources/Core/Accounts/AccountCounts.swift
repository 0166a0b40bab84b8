/// How much each account has under way of something that is bounded for each of them, and how much that is in all.
struct AccountCounts: Sendable {
    private var counts: [ID<Account>: Int] = [:]
    private(set) var total = 0

    /// Counts one more of the account, unless it has `limit` already.
    mutating func add(_ account: ID<Account>, atMost limit: Int) -> Bool {
        guard counts[account, default: 0] < limit else { return false }
        counts[account, default: 0] += 1
        total += 1
        return true
    }

    mutating func remove(_ account: ID<Account>) {
        let left = counts[account, default: 1] - 1
        counts[account] = left > 0 ? left : nil
        total -= 1
    }
}
