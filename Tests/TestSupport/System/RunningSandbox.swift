package import AsyncHTTPClient
package import Core
import Crypto
import Foundation

/// `darkroom sandbox` in a process of its own, with its folder and port for as long as the value lives.
package final class RunningSandbox: Sendable {
    package let port: Int
    package let folder: String
    package let scheme: String
    private let process: ChildProcess
    private let parent: TemporaryFolder

    /// Starts it and waits until it listens.
    package init(_ arguments: [String] = [], isSecure: Bool = false) async throws {
        parent = try TemporaryFolder()
        folder = parent.path + "/sandbox"
        scheme = isSecure ? "https" : "http"
        process = try await ChildProcess.start(
            Binary.url(), ["sandbox", "--port", "0", "--data", folder] + arguments, folder: parent.path,
            log: parent.path + "/sandbox")
        port = try await RunningSandbox.port(of: process)
    }

    package var url: String { "\(scheme)://127.0.0.1:\(port)" }

    /// The requests to it, newest first, as `GET /sandbox/requests` lists them.
    package func requests(by client: HTTPClient) async throws -> [JSON] {
        let user = APIUser(url: url, bearer: nil, client: client)
        let response = try await user.get("/sandbox/requests", headers: ["authorization": "Key any:key"])
        guard let requests = response["requests"]?.array else {
            throw Unexpected("no list of requests: \(response.text)")
        }
        return requests
    }

    /// Plays the provider: signs as this sandbox does.
    package func signer() throws -> FalSigner {
        struct Accounts: Decodable {
            let userID: String
            let privateKey: Data
        }
        let identity = try JSONDecoder().decode(
            Accounts.self, from: Data(contentsOf: URL(filePath: folder + "/identity.json")))
        return FalSigner(
            userID: identity.userID, key: try Curve25519.Signing.PrivateKey(rawRepresentation: identity.privateKey))
    }

    package func stop() async {
        process.killAtOnce()
        _ = await process.exit()
    }

    /// The first line on its standard output says where it is.
    private static func port(of process: ChildProcess) async throws -> Int {
        let time = Time.system
        let end = time.now() + TestBound.wait
        while time.now() < end, process.isRunning {
            if let line = process.output.split(separator: "\n").first, process.output.contains("\n"),
                let colon = line.split(separator: " ").dropFirst(2).first?.split(separator: ":").last,
                let port = Int(colon)
            {
                return port
            }
            try await time.sleep(.milliseconds(30))
        }
        throw Unexpected("the sandbox did not start: \(process.errors.suffix(2000))")
    }
}
