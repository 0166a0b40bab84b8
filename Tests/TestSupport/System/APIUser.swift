package import AsyncHTTPClient
package import Core
package import Foundation
import NIOCore
import NIOHTTP1

/// Somebody who calls a running server, with a key or a token.
package struct APIUser: Sendable {
    package let url: String
    package var bearer: String?
    /// Whose key it is, where the test made the account.
    package let account: ID<Account>?
    let client: HTTPClient

    package init(url: String, bearer: String?, account: ID<Account>? = nil, client: HTTPClient) {
        self.url = url
        self.bearer = bearer
        self.account = account
        self.client = client
    }

    /// The same person, who calls another node.
    package func at(_ node: RunningNode) -> APIUser {
        APIUser(url: node.url, bearer: bearer, account: account, client: client)
    }

    /// - Parameter path: Below the server's address, or a whole address.
    package func send(
        _ method: String, _ path: String, bytes: [UInt8]? = nil, headers: [String: String] = [:],
        within seconds: Int64 = TestBound.seconds
    ) async throws -> HTTPResponse {
        let response = try await client.execute(request(method, path, bytes, headers), timeout: .seconds(seconds))
        let body = try await response.body.collect(upTo: 64 << 20)
        return HTTPResponse(
            status: Int(response.status.code),
            headers: Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 }),
            bytes: Array(body.readableBytesView))
    }

    package func get(_ path: String, headers: [String: String] = [:]) async throws -> HTTPResponse {
        try await send("GET", path, headers: headers)
    }

    package func post(_ path: String, _ body: JSON, headers: [String: String] = [:]) async throws -> HTTPResponse {
        try await send("POST", path, bytes: Array(body.text.utf8), headers: headers)
    }

    /// Sends what makes the server check or hash a password. Tests that share a server may be more at the same time
    /// than a network is allowed: what is refused for that is sent again.
    package func postPassword(_ path: String, _ body: JSON) async throws -> HTTPResponse {
        let (time, end) = (Time.system, Time.system.now() + TestBound.wait)
        while true {
            let response = try await post(path, body)
            guard response.status == 429, time.now() < end else { return response }
            try await time.sleep(.milliseconds(100))
        }
    }

    package func delete(_ path: String) async throws -> HTTPResponse {
        try await send("DELETE", path)
    }

    func request(_ method: String, _ path: String, _ bytes: [UInt8]?, _ headers: [String: String]) -> HTTPClientRequest
    {
        var request = HTTPClientRequest(url: path.hasPrefix("http") ? path : url + path)
        request.method = .RAW(value: method)
        if let bearer { request.headers.add(name: "authorization", value: "Bearer \(bearer)") }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        if let bytes { request.body = .bytes(ByteBuffer(bytes: bytes)) }
        return request
    }
}

extension APIUser {
    /// The id of a new text_to_image job, of the smallest size unless `more` says otherwise: 3 credits an image.
    package func submit(
        _ prompt: String, _ more: [String: JSON] = [:], headers: [String: String] = [:]
    ) async throws -> String {
        let body = JSON.object(["prompt": .string(prompt), "resolution": "256x256"].merging(more) { $1 })
        let response = try await post("/api/generate", body, headers: headers)
        guard response.status == 202, !response.jobID.isEmpty else {
            throw Unexpected("not submitted: \(response.status) \(response.text)")
        }
        return response.jobID
    }

    package func job(_ id: String) async throws -> SeenJob {
        let response = try await get("/api/jobs/\(id)")
        guard response.status == 200 else { throw Unexpected("no job: \(response.status) \(response.text)") }
        return SeenJob(response.json)
    }

    /// The job as it is when `isReached`, which is asked again and again.
    package func job(
        _ id: String, within bound: Duration = TestBound.wait, until isReached: @Sendable (SeenJob) -> Bool
    ) async throws -> SeenJob {
        let time = Time.system
        let end = time.now() + bound
        while true {
            let job = try await job(id)
            if isReached(job) { return job }
            guard time.now() < end else { throw Unexpected("after \(bound) the job is still \(job)") }
            try await time.sleep(.milliseconds(60))
        }
    }

    package func end(of id: String, within bound: Duration = TestBound.wait) async throws -> SeenJob {
        try await job(id, within: bound) { $0.hasEnded }
    }

    /// What can be spent and what is set aside.
    package func balance() async throws -> [Decimal?] {
        let response = try await get("/api/credits/balance")
        return [response["availableCredits"]?.number, response["reservedCredits"]?.number]
    }
}
