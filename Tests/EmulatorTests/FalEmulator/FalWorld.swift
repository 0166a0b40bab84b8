import AsyncHTTPClient
import Core
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Testing
@testable import FalEmulator

/// A sandbox on a free port of this machine, in a folder of its own, and a client of it.
struct FalWorld {
    static let flux = "fal-ai/flux/schnell"
    let url: String
    let client: HTTPClient

    enum Method: String {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
    }

    struct Response {
        let status: Int
        let headers: HTTPHeaders
        let bytes: [UInt8]

        func header(_ name: String) -> String? { headers.first(name: name) }

        func json() throws -> JSON { try JSON(text: bytes) }
    }

    /// Runs `body` against a running sandbox. Its requests take no longer than painting does, and its webhooks are
    /// repeated at once, unless `configure` says otherwise. The same folder again is the same sandbox started again.
    static func with(
        folder: URL? = nil, _ configure: (inout Server.Settings) -> Void = { _ in },
        _ body: (FalWorld) async throws -> Void
    ) async throws {
        let place = folder ?? FileManager.default.temporaryDirectory.appending(path: "sandbox-\(UUID().uuidString)")
        var settings = Server.Settings(dataFolder: place.path)
        settings.duration = .zero
        settings.webhookPause = .milliseconds(1)
        configure(&settings)
        var logger = Logger(label: "sandbox-test")
        logger.logLevel = .error
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Platform.httpConfiguration)
        let sandbox = try await Server(settings, client: client, time: .system, logger: logger)
        let group = ServiceGroup(configuration: .init(services: [sandbox], logger: logger))
        do {
            async let running: Void = group.run()
            let world = FalWorld(url: try await sandbox.url, client: client)
            do {
                try await body(world)
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await running
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
        if folder == nil { try FileManager.default.removeItem(at: place) }
    }

    /// Runs `body` with a client that is set up as the product's.
    static func withClient(_ body: (HTTPClient) async throws -> Void) async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Platform.httpConfiguration)
        do { try await body(client) } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    func send(
        _ method: Method, _ path: String, _ body: [UInt8]? = nil, headers: [(String, String)] = [],
        key: String? = "id:secret"
    ) async throws -> Response {
        var request = HTTPClientRequest(url: path.hasPrefix("http") ? path : url + path)
        request.method = .RAW(value: method.rawValue)
        if let key { request.headers.add(name: "authorization", value: "Key " + key) }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(body) }
        let response = try await client.execute(request, timeout: .seconds(600))
        let bytes = try await response.body.collect(upTo: 64 * 1024 * 1024)
        return Response(status: Int(response.status.code), headers: response.headers, bytes: Array(buffer: bytes))
    }

    func post(_ path: String, _ body: JSON, headers: [(String, String)] = []) async throws -> Response {
        try await send(.post, path, Array(body.text.utf8), headers: headers)
    }

    /// Submits and returns the sandbox's response, or fails.
    func submit(
        _ input: JSON, to app: String = flux, webhook: String? = nil, headers: [(String, String)] = []
    ) async throws -> FalSubmitResponse {
        let encoded = webhook?.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
        let query = encoded.map { "?fal_webhook=" + $0 } ?? ""
        let response = try await post("/\(app)\(query)", input, headers: headers)
        try #require(response.status == 200)
        return try JSONDecoder().decode(FalSubmitResponse.self, from: Data(response.bytes))
    }

    /// Follows the request to its end.
    func end(of request: FalSubmitResponse) async throws -> FalStatus {
        let response = try await send(.get, request.statusURL + "/stream?logs=1")
        let last = String(decoding: response.bytes, as: UTF8.self).split(separator: "\n\n").last {
            $0.hasPrefix("data: ")
        }
        return try JSONDecoder().decode(FalStatus.self, from: Data(try #require(last).dropFirst(6).utf8))
    }

    func status(of request: FalSubmitResponse) async throws -> FalStatus {
        let response = try await send(.get, request.statusURL + "?logs=1")
        return try JSONDecoder().decode(FalStatus.self, from: Data(response.bytes))
    }

    /// Returns when the request is in this state.
    func wait(for state: FalQueueState, of request: FalSubmitResponse) async throws {
        while try await status(of: request).state != state { await Task.yield() }
    }

    /// What the sandbox tells of a request in its list for tests.
    func listed(_ request: FalSubmitResponse) async throws -> JSON {
        let list = try await send(.get, "/sandbox/requests").json()["requests"]?.array ?? []
        return try #require(list.first { $0["request_id"]?.string == request.requestID })
    }

    func result(_ input: JSON, app: String = flux, headers: [(String, String)] = []) async throws -> Response {
        let request = try await submit(input, to: app, headers: headers)
        _ = try await end(of: request)
        return try await send(.get, request.responseURL)
    }
}
