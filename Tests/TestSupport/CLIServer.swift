import AsyncHTTPClient
package import Core
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// `darkroom serve` as a process of its own, on free ports, with a data folder that is gone afterwards.
package final class CLIServer: Sendable {
    package let folder: TemporaryFolder
    package let port: Int
    package let sandboxPort: Int
    private let process: CLIProcess

    package var data: String { folder.path + "/data" }
    package var url: String { "http://127.0.0.1:\(port)" }
    package var log: String { process.output + process.errors }

    /// Answers once the server does.
    package init(_ arguments: [String] = [], environment: [String: String] = [:], folder: TemporaryFolder? = nil) async throws {
        self.folder = try folder ?? TemporaryFolder()
        (port, sandboxPort) = (try await Self.freePort(), try await Self.freePort())
        process = try CLIProcess(
            ["serve", "--data", self.folder.path + "/data", "--port", "\(port)", "--sandbox-port", "\(sandboxPort)"] + arguments,
            in: self.folder.path, environment: environment)
        try process.start()
        do {
            try await poll(30) {
                guard process.isRunning else { throw Unexpected("the server ended: \(log)") }
                return process.output.contains("is serving at")
            }
        } catch {
            process.signal(SIGKILL)
            throw error
        }
    }

    deinit {
        if process.isRunning { process.signal(SIGKILL) }
    }

    /// As an operator stops it. Answers its exit code.
    @discardableResult
    package func stop() async throws -> Int32 {
        process.signal(SIGTERM)
        return try await process.end(within: 30)
    }

    package func kill() async throws {
        process.signal(SIGKILL)
        _ = try await process.end(within: 10)
    }

    /// Another command beside this server, in its folder.
    package func run(
        _ arguments: String..., environment: [String: String] = [:], input: String? = nil
    ) async throws -> CLIRun {
        try await CLIRun.run(arguments, in: folder.path, environment: environment, input: input)
    }

    package struct Answer: Sendable {
        package let status: Int
        package let headers: [String: String]
        package let text: String
        package var json: JSON { (try? JSON(parsing: text)) ?? .null }
    }

    package func get(_ path: String, headers: [String: String] = [:]) async throws -> Answer {
        try await send(.GET, path, headers: headers)
    }

    package func post(_ path: String, _ body: JSON, bearer: String? = nil) async throws -> Answer {
        try await send(.POST, path, headers: bearer.map { ["Authorization": "Bearer \($0)"] } ?? [:], body: body)
    }

    private func send(_ method: HTTPMethod, _ path: String, headers: [String: String], body: JSON? = nil) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(string: body.text)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        return Answer(
            status: Int(response.status.code),
            headers: Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first }),
            text: String(buffer: bytes))
    }

    /// A new user's access token.
    package func signUp(_ email: String) async throws -> String {
        let answer = try await post("/auth/v1/signup", ["email": .string(email), "password": "correct horse"])
        guard let token = answer.json["access_token"]?.string else { throw Unexpected("no token: \(answer.text)") }
        return token
    }

    /// A port that nobody listens on now.
    package static func freePort() async throws -> Int {
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup).bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port
        try await channel.close()
        guard let port else { throw Unexpected("no free port") }
        return port
    }
}
