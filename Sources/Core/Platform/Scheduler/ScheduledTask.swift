/// Work that runs by itself at intervals.
package struct ScheduledTask: Sendable {
    package enum Place: Sendable {
        /// Once an interval for all nodes that share a database, and never on two at once.
        case oneNode
        /// On each of them: it concerns what a process has in memory.
        case eachNode
    }

    let name: String
    let every: Duration
    let place: Place
    let run: @Sendable () async throws -> Void

    package init(
        _ name: String, every: Duration, on place: Place = .oneNode, run: @escaping @Sendable () async throws -> Void
    ) {
        self.name = name
        self.every = every
        self.place = place
        self.run = run
    }
}
