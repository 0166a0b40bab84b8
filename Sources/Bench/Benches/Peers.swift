import Core
import Foundation
import TestSupport

/// The same work as other people write it, from Benchmarks/peers, where `make bench-peers` has installed what it needs.
struct Peers {
    enum Name: Sendable, Hashable { case fastAPI, django }

    enum Queue: String, Sendable, Hashable {
        case bullMQ = "BullMQ"
        case procrastinate = "Procrastinate"
    }

    static let missing = "not measured: run 'make bench-peers'"
    private static let bin = ".build/peers/bin"
    private static let sources = "Benchmarks/peers"

    let run: BenchRun

    init(_ run: BenchRun) throws {
        guard FileManager.default.isExecutableFile(atPath: Self.bin + "/python"), run.postgresURL != nil else {
            throw Failure(.failed, """
                The peers are not installed in .build/peers, or PostgreSQL is not measured. Run 'make bench-peers' in \
                the repository's folder.
                """)
        }
        self.run = run
    }

    func submit() async throws -> [Name: LoadResult] {
        let fastAPI = try await load(.fastAPI) { port in
            (
                Self.bin + "/uvicorn",
                [
                    "fastapi_submit:app", "--app-dir", Self.sources, "--port", "\(port)", "--workers", "2",
                    "--log-level", "warning",
                ]
            )
        }
        let django = try await load(.django) { port in
            (
                Self.bin + "/gunicorn",
                ["django_submit", "--chdir", Self.sources, "-w", "2", "--threads", "8", "-b", "127.0.0.1:\(port)"]
            )
        }
        return [.fastAPI: fastAPI, .django: django]
    }

    func queues() async throws -> [Queue: Double] {
        run.note("claim: Procrastinate")
        let url = try await database()
        let procrastinate = try await run.children.run(
            Self.bin + "/python", [Self.sources + "/queue_procrastinate.py", "5000", "16"],
            environment: ["PEER_DSN": url], log: run.file("procrastinate"))
        run.note("claim: BullMQ")
        let redis = try await run.children.start(
            "/usr/bin/env",
            ["redis-server", "--port", "6390", "--bind", "127.0.0.1", "--save", "", "--dir", run.folder],
            log: run.file("redis"))
        try await waitForRedis()
        let bullMQ = try await run.children.run(
            Self.bin + "/python", [Self.sources + "/queue_bullmq.py", "10000", "50"], log: run.file("bullmq"))
        await redis.stop()
        return [.procrastinate: try rate(in: procrastinate), .bullMQ: try rate(in: bullMQ)]
    }

    private func load(_ name: Name, _ command: (Int) -> (String, [String])) async throws -> LoadResult {
        run.note("submit: \(name)")
        let url = try await database()
        try await run.children.run(
            "/usr/bin/env", ["psql", url, "-qXf", Self.sources + "/schema.sql"], log: run.file("schema"))
        let port = try await FreePorts.block()
        let (program, arguments) = command(port)
        let server = try await run.start(program, arguments, environment: ["PEER_DSN": url], port: port, path: "/")
        let request = RawRequest.post(
            "/jobs", key: try await token(), body: #"{"prompt":"a red dress in a park","n":1}"#)
        let load = try await run.load(port, [request], expecting: 202)
        await server.child.stop()
        return load
    }

    /// As the peers' sources check it.
    private func token() async throws -> String {
        let script = """
            import jwt; print(jwt.encode({'sub': 'any'}, 'peer-secret-peer-secret-peer-secret-32', algorithm='HS256'))
            """
        return try await run.children.run(Self.bin + "/python", ["-c", script], log: run.file("token"))
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func database() async throws -> String {
        guard let url = try await run.newDatabase(named: "peer") else {
            throw Failure(.failed, "No PostgreSQL is available for the peers.")
        }
        return url
    }

    private func waitForRedis() async throws {
        for _ in 0..<100 {
            let output = try? await run.children.run(
                "/usr/bin/env", ["redis-cli", "-p", "6390", "ping"], log: run.file("ping"))
            if output?.hasPrefix("PONG") == true { return }
            try await Time.system.sleep(.milliseconds(50))
        }
        throw Failure(.failed, "Redis did not start.")
    }

    /// From a line such as `bullmq process 2470/s`.
    private func rate(in output: String) throws -> Double {
        let line = output.split(separator: "\n").first { $0.contains(" process ") }
        guard let rate = line?.firstMatch(of: /process ([0-9]+)\/s/).flatMap({ Double($0.output.1) }) else {
            throw Failure(.failed, "A peer printed no result: \(output.suffix(600))")
        }
        return rate
    }
}
