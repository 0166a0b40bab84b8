package import Core
import Crypto
import Foundation
import HTTPTypes
package import Hummingbird

/// `POST /api/generate`: takes on a job, or with `{"jobs": […]}` several, all or none. Answers 202 at once.
package struct Generate: Sendable {
    private let submit: SubmitJob

    package init(submit: SubmitJob) {
        self.submit = submit
    }

    private struct Answer: Encodable { let job: JobBody }
    private struct BatchAnswer: Encodable { let jobs: [JobBody] }

    @Sendable package func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        let bytes = try await request.bytes(limit: 256 << 10)
        let body = try JSON(body: bytes)
        let isBatch = body["jobs"] != nil
        let requests = try JobRequest.list(in: body)
        let idempotency = try request.idempotency(route: "generate", body: bytes)
        let outcome = try await submit(requests, by: context.actor, idempotency: idempotency) { jobs in
            let bodies = jobs.map(JobBody.init)
            return KeptAnswer(status: 202, body: isBatch ? JSON.text(of: BatchAnswer(jobs: bodies)) : JSON.text(of: Answer(job: bodies[0])))
        }
        switch outcome {
        case .repeated(let kept): return .kept(kept, isRepeated: true)
        case .submitted(let jobs):
            let bodies = jobs.map(JobBody.init)
            return isBatch ? .json(BatchAnswer(jobs: bodies), status: .accepted) : .json(Answer(job: bodies[0]), status: .accepted)
        }
    }
}

extension JobRequest {
    /// One request, or the list under `jobs`.
    static func list(in body: JSON) throws(APIError) -> [JobRequest] {
        guard let jobs = body["jobs"] else { return [try JobRequest(body)] }
        guard let list = jobs.array, body.object?.count == 1 else {
            throw APIError(.unprocessableContent, "invalid_parameter", "'jobs' is a list of requests, and stands alone.", field: "jobs")
        }
        var requests: [JobRequest] = []
        for (index, item) in list.prefix(100).enumerated() {
            do throws(APIError) {
                requests.append(try JobRequest(item))
            } catch {
                var error = error
                error.field = "jobs.\(index)" + (error.field.map { "." + $0 } ?? "")
                throw error
            }
        }
        return requests
    }

    /// `kind` and `endpoint` are ours; all other members are the kind's parameters.
    init(_ body: JSON) throws(APIError) {
        guard var parameters = body.object else {
            throw APIError(.badRequest, "invalid_json", "The body must be a JSON object.")
        }
        let kind = try JobRequest.take("kind", from: &parameters)
        let endpoint = try JobRequest.take("endpoint", from: &parameters)
        self.init(
            kind: kind.map { KindName(rawValue: $0) } ?? .textToImage, endpoint: endpoint.map { EndpointID(rawValue: $0) },
            parameters: parameters)
    }

    private static func take(_ name: String, from parameters: inout [String: JSON]) throws(APIError) -> String? {
        guard let value = parameters.removeValue(forKey: name), value != .null else { return nil }
        guard let text = value.string else {
            throw APIError(.unprocessableContent, "invalid_parameter", "'\(name)' must be a string.", field: name)
        }
        return text
    }
}

extension Request {
    /// The caller's key for this request, if it sent one.
    func idempotency(route: String, body: [UInt8]) throws(APIError) -> Idempotency? {
        guard let key = headers[.idempotencyKey] else { return nil }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (32...126).contains($0) }) else {
            throw APIError(
                .badRequest, "invalid_idempotency_key", "An Idempotency-Key has 1 to 255 printable characters.", field: "Idempotency-Key")
        }
        return Idempotency(route: route, key: key, bodyHash: Hex.text(SHA256.hash(data: Data(body))))
    }
}

extension Response {
    static func kept(_ answer: KeptAnswer, isRepeated: Bool) -> Response {
        var response = Response(
            status: .init(code: answer.status), headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: answer.body)))
        if isRepeated { response.headers[.idempotentReplayed] = "true" }
        return response
    }
}
