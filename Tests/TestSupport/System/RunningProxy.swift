import AsyncHTTPClient
import Core
import Foundation

/// Debian's nginx before several nodes, with a configuration as an operator writes it, run by nobody in a folder of its
/// own.
package final class RunningProxy: Sendable {
    package static let program = "/usr/sbin/nginx"
    package static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    package let port: Int
    private let folder: TemporaryFolder

    /// Chooses the port, which the nodes must know as part of their public URL before they start.
    package init() async throws {
        folder = try TemporaryFolder()
        port = try await FreePorts.block()
    }

    package var url: String { "http://127.0.0.1:\(port)" }
    package var log: String {
        String(decoding: FileManager.default.contents(atPath: folder.path + "/error.log") ?? Data(), as: UTF8.self)
    }

    /// Runs `body` behind the proxy.
    package func run(before ports: [Int], _ body: () async throws -> Void) async throws {
        let file = folder.path + "/nginx.conf"
        try Data(configuration(ports).utf8).write(to: URL(filePath: file))
        let arguments = ["-e", folder.path + "/error.log", "-p", folder.path, "-c", file]
        let process = try await launch(arguments)
        do {
            try await waitUntilReady(process)
            try await body()
        } catch {
            process.killAtOnce()
            throw error
        }
        process.terminate()
        _ = await process.exit()
    }

    /// A master of root's own would change to another user for its workers; as nobody it is one user for all.
    private func launch(_ arguments: [String]) async throws -> ChildProcess {
        let log = folder.path + "/nginx"
        guard getuid() == 0 else {
            return try await ChildProcess.start(
                URL(filePath: RunningProxy.program), arguments, folder: folder.path, log: log)
        }
        let owner = try await ChildProcess.start(
            URL(filePath: "/bin/chown"), ["-R", "nobody", folder.path], folder: "/tmp", log: log)
        _ = await owner.exit()
        return try await ChildProcess.start(
            URL(filePath: "/usr/bin/setpriv"), ["--reuid=nobody", "--clear-groups", RunningProxy.program] + arguments,
            folder: "/tmp", log: log)
    }

    private func waitUntilReady(_ process: ChildProcess) async throws {
        let time = Time.system
        let end = time.now() + TestBound.wait
        while time.now() < end, process.isRunning {
            if let response = try? await APIUser(url: url, bearer: nil, client: .shared).send(
                "GET", "/health/live", within: 3),
                response.status == 200 { return }
            try await time.sleep(.milliseconds(30))
        }
        throw Unexpected("nginx did not start: \(process.errors)\(log)")
    }

    private func configuration(_ ports: [Int]) -> String {
        let nodes = ports.map { "server 127.0.0.1:\($0) max_fails=1 fail_timeout=1s;" }
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
            "\($0)_temp_path \(folder.path)/\($0);"
        }
        return """
            daemon off;
            worker_processes 1;
            pid \(folder.path)/nginx.pid;
            error_log \(folder.path)/error.log;
            events { worker_connections 512; }
            http {
                access_log off;
                \(temporary.joined(separator: "\n    "))
                upstream nodes {
                    \(nodes.joined(separator: "\n        "))
                    keepalive 16;
                }
                server {
                    listen 127.0.0.1:\(port);
                    client_max_body_size 11m;
                    location / {
                        proxy_pass http://nodes;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                        proxy_buffering off;
                        proxy_read_timeout 60s;
                        proxy_next_upstream error timeout http_502 http_503 non_idempotent;
                    }
                }
            }
            """
    }
}
