/// What a write locks first. It decides which writes may share a transaction and in which order they run in it, so that
/// nodes never wait for each other in a circle.
package enum LockOrder: Sendable, Hashable {
    /// The row of this name, usually an account's, and after it only what belongs to that row. Such writes share
    /// transactions, and run in the order of their names on every node.
    case key(String)
    /// Rows of several owners, or of none. If others may hold rows, it has a transaction of its own.
    case alone
}

extension LockOrder: Comparable {
    package static func < (one: LockOrder, other: LockOrder) -> Bool {
        switch (one, other) {
        case (.key(let one), .key(let other)): one < other
        case (.key, .alone): true
        case (.alone, _): false
        }
    }
}
