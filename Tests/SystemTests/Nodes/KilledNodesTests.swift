import Core
import Foundation
import SQL
import Testing
import TestSupport

@Suite(.serialized)
struct KilledNodesTests {
    @Test(arguments: TestEngine.available)
    func `each of three nodes is killed in turn under load, and every job that was taken comes to its end`(
        on engine: TestEngine
    ) async throws {
        let chance = Seeded("killed nodes on \(engine)", variable: "KILLED_NODES_SEED")
        let sandbox = try await RunningSandbox(["--duration", "0.2", "--concurrency", "8", "--fixed-output"])
        let url = engine == .postgres ? try await TestEngine.newPostgres() : nil
        try await RunningNodes.with(
            [.server, .server, .server], databaseURL: url, sandbox: sandbox,
            environment: ["DARKROOM_LEASE_SECONDS": "2", "DARKROOM_LOG_LEVEL": "notice"]
        ) { nodes in
            let load = TortureLoad(
                users: [try await nodes.account(), try await nodes.account(plan: "pro")], nodes: nodes)
            let end = Time.system.now() + .seconds(9)

            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await load.run(chance, until: end) }
                for node in nodes.all {
                    try await Time.system.sleep(.seconds(1))
                    await node.kill()
                    try await Time.system.sleep(.seconds(1))
                    try await node.start()
                }
                try await group.waitForAll()
            }
            let verdict = TortureVerdict(nodes: nodes, sandbox: sandbox, load: load)
            try await verdict.comeToRest(within: TestBound.wait)

            #expect(!load.jobs.isEmpty)
            #expect(try await verdict.broken() == [], "seed \(chance.seed)")
        }
        await sandbox.stop()
    }
}
