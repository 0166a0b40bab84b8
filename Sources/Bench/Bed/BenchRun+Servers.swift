import AsyncHTTPClient
import Core
import Foundation
import NIOCore
import NIOHTTP1
import TestSupport

extension BenchRun {
    /// A program that serves on a port.
    struct Server: Sendable {
        let child: ChildProcess
        let port: Int
        /// From the start of the process to its first response.
        let startedIn: Duration
    }

    func serve(
        _ bed: BenchBed, _ arguments: [String] = ["--no-worker"], environment: [String: String] = [:]
    ) async throws -> Server {
        let port = try await FreePorts.block()
        // A sandbox that cannot be reached, unless the benchmark brings one.
        let given = bed.environment.merging(["DARKROOM_SANDBOX_URL": "http://127.0.0.1:9"]) { mine, _ in mine }
            .merging(environment) { _, mine in mine }
        return try await start(
            Programs.darkroom, ["serve", "--data", bed.folder, "--port", "\(port)"] + arguments, environment: given,
            port: port, path: "/health/ready")
    }

    func echo() async throws -> Server {
        let port = try await FreePorts.block()
        return try await start(Programs.bench, ["echo", "--port", "\(port)"], port: port, path: "/constant")
    }

    /// Starts a program and waits until `path` responds.
    func start(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], port: Int, path: String
    ) async throws -> Server {
        let begin = ContinuousClock.now
        let child = try await children.start(
            program, arguments, environment: environment, log: file(arguments.first ?? "server"))
        while ContinuousClock.now - begin < .seconds(60) {
            if await isReady(port, path) {
                return Server(child: child, port: port, startedIn: ContinuousClock.now - begin)
            }
            guard child.isRunning else { break }
            try await Time.system.sleep(.milliseconds(2))
        }
        let printed = (child.output + child.errors).suffix(800)
        throw Failure(.failed, "\(program) \(arguments.first ?? "") did not become ready: \(printed)")
    }

    private func isReady(_ port: Int, _ path: String) async -> Bool {
        let request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        guard let response = try? await client.execute(request, timeout: .seconds(5)) else { return false }
        // Any response of a peer will do; ours says 503 while it is not ready.
        return response.status.code < 500
    }

    /// Loads a port from a process of its own.
    func load(
        _ port: Int, _ requests: [String], body: String? = nil, expecting status: Int,
        clients: Int = BenchRun.clients, seconds: Double? = nil, warmUp: Double = 1
    ) async throws -> LoadResult {
        let seconds = seconds ?? Double(options.seconds)
        let spec = LoadSpec(
            port: port, connections: clients, seconds: seconds, warmUp: warmUp, requests: requests, body: body)
        let file = file("load.json")
        try JSONEncoder().encode(spec).write(to: URL(fileURLWithPath: file))
        let output = try await children.run(Programs.bench, ["load", file], log: file)
        let result = try JSONDecoder().decode(LoadResult.self, from: Data(output.utf8))
        try result.demandOnly(status)
        return result
    }
}
