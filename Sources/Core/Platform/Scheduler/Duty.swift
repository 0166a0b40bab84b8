/// Something that happens by itself, again and again.
package struct Duty: Sendable {
    package enum Place: Sendable {
        /// Once an interval for all nodes that share a database, and never on two at once.
        case oneNode
        /// On each of them: it is about what a process remembers.
        case eachNode
    }

    let name: String
    let every: Duration
    let place: Place
    let run: @Sendable () async throws -> Void

    package init(_ name: String, every: Duration, on place: Place = .oneNode, run: @escaping @Sendable () async throws -> Void) {
        self.name = name
        self.every = every
        self.place = place
        self.run = run
    }
}
