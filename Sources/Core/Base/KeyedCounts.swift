/// How much each of many has under way of something that is bounded for each of them, and how much that is in all.
struct KeyedCounts<Key: Hashable & Sendable>: Sendable {
    private var counts: [Key: Int] = [:]
    private(set) var total = 0

    /// Counts one more of the key, unless it has `limit` already.
    mutating func add(_ key: Key, atMost limit: Int) -> Bool {
        guard counts[key, default: 0] < limit else { return false }
        counts[key, default: 0] += 1
        total += 1
        return true
    }

    mutating func remove(_ key: Key) {
        let left = counts[key, default: 1] - 1
        counts[key] = left > 0 ? left : nil
        total -= 1
    }
}
