/// Who waits for the same turn when passwords are hashed.
package enum PasswordLine: Sendable, Hashable {
    /// The clients of one network, as `Client.address` names it.
    case network(String)
    /// The operator: commands, and their own server with the service-role key.
    case installation

    /// How many hashes may be pending at once.
    var limit: Int {
        switch self {
        case .network: 2
        case .installation: 16
        }
    }
}

/// Which password is hashed next: fair turns between networks, so that nobody waits longer because another network
/// asks more often.
///
/// - Each line has its own queue, and the lines take turns: one hash of a line runs at a time, and then it goes behind
///   all others. A newcomer waits for one hash of each other line at most.
/// - A line has few places, and all lines together have a bounded number. Once half of those are taken, a line gets one
///   only, so that a few networks cannot take all.
struct HashTurns<Ticket: Sendable>: Sendable {
    private struct Line {
        var places = 0
        var waiting: [Ticket] = []
        var isRunning = false
    }

    private let threads: Int
    private let limit: Int
    /// Those that have a place.
    private var lines: [PasswordLine: Line] = [:]
    /// Those with a hash that waits and none that runs, in the order of their turns.
    private var order: [PasswordLine] = []
    private var places = 0
    private var running = 0
    /// How many hashes there were since the start.
    private(set) var started = 0

    init(threads: Int, limit: Int) {
        self.threads = threads
        self.limit = limit
    }

    /// Takes a place, which `leave` returns. False if the line, or all lines together, have none left.
    mutating func enter(_ line: PasswordLine) -> Bool {
        let own = lines[line]?.places ?? 0
        guard own < line.limit, places < (own == 0 ? limit : limit / 2) else { return false }
        lines[line, default: Line()].places += 1
        places += 1
        return true
    }

    mutating func leave(_ line: PasswordLine) {
        places -= 1
        lines[line]?.places -= 1
        if lines[line]?.places == 0 { lines[line] = nil }
    }

    /// Only who has a place may wait.
    mutating func wait(_ ticket: Ticket, in line: PasswordLine) {
        lines[line]?.waiting.append(ticket)
        if lines[line]?.isRunning == false, lines[line]?.waiting.count == 1 { order.append(line) }
    }

    /// Starts the next hash; nil if none waits or all threads are taken.
    mutating func next() -> Ticket? {
        guard running < threads, !order.isEmpty else { return nil }
        let line = order.removeFirst()
        let ticket = lines[line]?.waiting.removeFirst()
        lines[line]?.isRunning = true
        running += 1
        started += 1
        return ticket
    }

    /// The line's hash has ended.
    mutating func finish(_ line: PasswordLine) {
        running -= 1
        lines[line]?.isRunning = false
        if lines[line]?.waiting.isEmpty == false { order.append(line) }
    }
}
