import Core
import Foundation
import SQL
import Testing
import TestSupport

/// Several nodes that are killed, stopped and frozen at any instant under random traffic, while what they need fails
/// too. Their provider lives on in a process of its own, and has faults of its own.
@Suite(.serialized)
struct TortureTests {
    /// TORTURE_SECONDS makes it longer, TORTURE_SEED the same again.
    private static let seconds = ProcessInfo.processInfo.environment["TORTURE_SECONDS"].flatMap { Int($0) } ?? 12

    @Test(arguments: TestEngine.available)
    func `when nodes die, freeze, are flooded or lose the database, no job, credit or right is lost or gained`(
        on engine: TestEngine
    ) async throws {
        let chance = Seeded("torture on \(engine) for \(TortureTests.seconds) s", variable: "TORTURE_SEED")
        switch engine {
        case .sqlite: try await torture(chance, nil)
        case .postgres: try await PostgresCluster.with { try await torture(chance, $0) }
        }
    }

    private func torture(_ given: Seeded, _ cluster: PostgresCluster?) async throws {
        var chance = given
        let sandbox = try await RunningSandbox(["--duration", "0.2", "--concurrency", "8", "--fixed-output"])
        let disk = try SmallFileSystem(megabytes: 256)
        var environment = [
            "DARKROOM_LEASE_SECONDS": "2", "DARKROOM_LOG_LEVEL": "notice",
            "DARKROOM_CONNECTIONS_PER_NETWORK": String(Flood.limit),
        ]
        if let disk { environment["DARKROOM_FILES"] = disk.path + "/files" }
        try await RunningNodes.with(
            [.server, .front, .worker], databaseURL: cluster?.url, sandbox: sandbox,
            environment: environment
        ) { nodes in
            let plans = ["enterprise", "pro", "basic"]
            var users: [APIUser] = []
            for plan in plans { users.append(try await nodes.account(credits: 20_000, plan: plan)) }
            let load = TortureLoad(users: users, nodes: nodes)
            let rights = TortureRights(owner: try await owner(on: nodes), users: users, nodes: nodes)
            let verdict = TortureVerdict(nodes: nodes, sandbox: sandbox, load: load, rights: rights)

            let end = Time.system.now() + .seconds(TortureTests.seconds)
            let (traffic, ofNodes, ofOthers) = (Seeded(chance.next()), Seeded(chance.next()), Seeded(chance.next()))
            let ofRights = Seeded(chance.next())
            let troublemaker = Troublemaker(nodes: nodes, cluster: cluster, disk: disk)
            let made = try await withThrowingTaskGroup(of: [Trouble].self) { group in
                group.addTask { await load.run(traffic, until: end); return [] }
                group.addTask { try await rights.run(ofRights, until: end); return [] }
                group.addTask {
                    try await troublemaker.run(ofNodes, among: Trouble.ofNodes, every: 200...1500, until: end)
                }
                group.addTask {
                    try await troublemaker.run(ofOthers, among: troublemaker.ofAll, every: 1000...5000, until: end)
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            try await verdict.comeToRest(within: TestBound.wait)

            let broken = try await verdict.broken()
            #expect(broken == [], "seed \(given.seed)")
            let counts = Dictionary(grouping: made, by: \.rawValue).map { "\($1.count) \($0)" }.sorted()
            print("""
                torture: \(load.jobs.count) jobs, responses \
                \(load.statuses.sorted { $0.key < $1.key }.map { "\($0): \($1)" }), \(counts), \
                \(rights.counts)
                """)
        }
        await sandbox.stop()
    }

    /// Somebody who signed up, and may submit as much as the others.
    private func owner(on nodes: RunningNodes) async throws -> APIUser {
        let body: JSON = ["email": "owner@example.com", "password": .string(RunningServer.administrator.password)]
        let anybody = APIUser(url: nodes.all[0].url, bearer: nil, client: nodes.client)
        let signedUp = try await anybody.postPassword("/auth/v1/signup", body)
        guard let token = signedUp["access_token"]?.string, let id = signedUp["user"]?["id"]?.string else {
            throw Unexpected("not signed up: \(signedUp.status) \(signedUp.text)")
        }
        let account = ID<Account>(rawValue: id)
        try await nodes.withDatabase { database in
            try await database.write(order: .account(account)) { transaction in
                try transaction.execute("UPDATE accounts SET plan = 'enterprise' WHERE id = $1", account)
                try transaction.ledger.grant(
                    .bonus, .whole(20_000), to: account, key: "test:\(id)", now: Time.system.now())
            }
        }
        return APIUser(url: anybody.url, bearer: token, account: account, client: nodes.client)
    }
}
