import Core
import Foundation
import TestSupport

/// What can happen to a node, or to what all nodes need.
enum Trouble: String, CaseIterable, Sendable {
    /// Between two instructions, as when the power fails.
    case killed
    /// Told to stop, as for a new version.
    case stopped
    /// It stands still, past its leases as a rule, and then goes on as if nothing had been.
    case frozen
    /// A network opens more connections than it may have, and sends nothing, half a request, or a body that stops.
    case flooded
    /// PostgreSQL is restarted: connections are cut.
    case databaseRestarted
    /// PostgreSQL is killed, and recovers when it starts.
    case databaseKilled
    /// No file can be written.
    case filesAway
    /// There is no room left for files.
    case filesFull

    static let ofNodes: [Trouble] = [.killed, .killed, .stopped, .frozen, .flooded]
}

/// Makes trouble, and repairs it again.
struct Troublemaker: Sendable {
    let nodes: RunningNodes
    let cluster: PostgresCluster?
    /// Where the files lie, if it is one that can be filled.
    let disk: SmallFileSystem?

    /// What can happen to all nodes at once.
    var ofAll: [Trouble] {
        [.filesAway] + (disk == nil ? [] : [.filesFull]) + (cluster == nil ? [] : [.databaseRestarted, .databaseKilled])
    }

    /// One trouble after another until the time is over; all is repaired when it returns. Returns what it did.
    func run(
        _ given: Seeded, among troubles: [Trouble], every pause: ClosedRange<Int64>, until end: Instant
    ) async throws -> [Trouble] {
        var chance = given
        var made: [Trouble] = []
        let time = Time.system
        while time.now() < end {
            try await time.sleep(.milliseconds(chance.number(pause)))
            let trouble = troubles[Int.random(in: troubles.indices, using: &chance)]
            let node = nodes.all[Int.random(in: nodes.all.indices, using: &chance)]
            try await make(
                trouble, node, for: .milliseconds(chance.number(0...1500)),
                frozen: .milliseconds(chance.number(500...4000)))
            made.append(trouble)
        }
        return made
    }

    private func make(_ trouble: Trouble, _ node: RunningNode, for pause: Duration, frozen: Duration) async throws {
        let time = Time.system
        switch trouble {
        case .killed:
            await node.kill()
            try await time.sleep(pause)
            try await startAgain(node)
        case .stopped:
            let status = await node.terminate()
            if status != 0 { throw Unexpected("\(node.name) ended with \(status): \(node.log.suffix(1500))") }
            try await startAgain(node)
        case .frozen:
            node.freeze()
            try await time.sleep(frozen)
            node.thaw()
        case .flooded:
            let flood = await Flood(of: node.serves ? node : nodes.other)
            try await time.sleep(frozen)
            await flood.end()
        case .databaseRestarted:
            await cluster?.stop()
            try await time.sleep(pause)
            try await cluster?.start()
        case .databaseKilled:
            await cluster?.kill()
            try await time.sleep(pause)
            try await cluster?.start()
        case .filesAway:
            let (incoming, away) = (nodes.files + "/incoming", nodes.files + "/incoming.away")
            try FileManager.default.moveItem(atPath: incoming, toPath: away)
            try await time.sleep(pause)
            // A node that started meanwhile made its own.
            if FileManager.default.fileExists(atPath: incoming) {
                return try FileManager.default.removeItem(atPath: away)
            }
            try FileManager.default.moveItem(atPath: away, toPath: incoming)
        case .filesFull:
            try disk?.fill()
            try await time.sleep(pause)
            try disk?.makeRoom()
        }
    }

    /// While its database or its files are away, a node does not start: its operator tries again.
    private func startAgain(_ node: RunningNode) async throws {
        for _ in 0..<20 {
            do { return try await node.start() } catch is Unexpected { try await Time.system.sleep(.milliseconds(500)) }
        }
        try await node.start()
    }
}
