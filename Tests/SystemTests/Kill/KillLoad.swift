import Core
import Synchronization
import TestSupport

/// Several users who submit and cancel, and do not mind when the server is gone.
final class KillLoad: Sendable {
    struct Order: Sendable {
        let caller: Int
        let prompt: String
        let isCancelled: Bool
        let pause: Duration

        init(_ chance: inout Seeded) {
            caller = Int(chance.number(0...2))
            let faults = [
                "", "", "", "", " sandbox:slow=1", " sandbox:webhook-lost", " sandbox:no-answer", " sandbox:webhook-first",
                " sandbox:webhook-first sandbox:slow=1", " sandbox:webhook-twice", " sandbox:policy", " sandbox:429=1",
            ]
            prompt = "dress \(chance.number(1...1_000_000))" + faults[Int.random(in: faults.indices, using: &chance)]
            isCancelled = chance.happens(oneIn: 10)
            pause = .milliseconds(chance.number(0...100))
        }
    }

    let callers: [Caller]
    private let ids = Mutex<[String]>([])

    init(callers: [Caller]) {
        self.callers = callers
    }

    /// The jobs that a caller was told of.
    var answered: [String] { ids.withLock { $0 } }

    /// A few at a time, until all have been sent or nobody answers any more.
    func run(_ orders: [Order]) async {
        await withTaskGroup(of: Void.self) { group in
            for lane in 0..<4 {
                group.addTask {
                    for (index, order) in orders.enumerated() where index % 4 == lane {
                        guard await self.send(order) else { return }
                    }
                }
            }
        }
    }

    /// False when there was no answer.
    private func send(_ order: Order) async -> Bool {
        do {
            try await Time.system.sleep(order.pause)
            let caller = callers[order.caller]
            let id = try await caller.submit(order.prompt)
            ids.withLock { $0.append(id) }
            if order.isCancelled { _ = try await caller.delete("/api/jobs/\(id)") }
            return true
        } catch {
            return false
        }
    }

    /// All that the server took, whether or not its answer arrived.
    func acceptedJobs(on server: RunningServer) async throws -> [(String, Caller)] {
        var all: [(String, Caller)] = []
        for caller in callers {
            var cursor = ""
            repeat {
                let page = try await caller.get("/api/jobs?limit=100" + (cursor.isEmpty ? "" : "&cursor=\(cursor)"))
                all += page["jobs"]?.array?.compactMap { $0["id"]?.string }.map { ($0, caller) } ?? []
                cursor = page["nextCursor"]?.string ?? ""
            } while !cursor.isEmpty
        }
        return all
    }
}
