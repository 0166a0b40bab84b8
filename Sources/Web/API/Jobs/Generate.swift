import Core
import HTTPTypes
import Hummingbird

/// `POST /api/generate`: submits a job, or with `{"jobs": […]}` several, all or none. Responds with 202 at once.
struct Generate: Sendable {
    private let submit: SubmitJob
    private let read: JobRequestReader

    init(submit: SubmitJob, read: JobRequestReader) {
        self.submit = submit
        self.read = read
    }

    private struct Envelope: Encodable { let job: JobBody }
    private struct BatchEnvelope: Encodable { let jobs: [JobBody] }

    @Sendable func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        let sent = try await read(request, of: context.account)
        let body = sent.json
        let isBatch = body["jobs"] != nil
        let requests = try JobRequest.list(in: body)
        let idempotency = try request.idempotency(route: "generate", body: body, bytes: sent.bytes)
        let outcome = try await submit(requests, by: context.actor, idempotency: idempotency) { jobs in
            let bodies = jobs.map(JobBody.init)
            let text = isBatch ? JSON.text(of: BatchEnvelope(jobs: bodies)) : JSON.text(of: Envelope(job: bodies[0]))
            return StoredResponse(status: 202, body: text)
        }
        switch outcome {
        case .repeated(let stored): return .replayed(stored, location: JobBody.location(in:))
        case .submitted(let jobs):
            let bodies = jobs.map(JobBody.init)
            guard isBatch else {
                return .json(Envelope(job: bodies[0]), status: .accepted, location: bodies[0].location)
            }
            return .json(BatchEnvelope(jobs: bodies), status: .accepted, location: "/api/jobs")
        }
    }
}

extension JobRequest {
    /// One request, or the list under `jobs`.
    static func list(in body: JSON) throws(APIError) -> [JobRequest] {
        guard let jobs = body["jobs"] else { return [try JobRequest(body)] }
        guard let list = jobs.array, body.object?.count == 1 else {
            throw .invalidParameter("jobs", "'jobs' must be a list of requests, and the only field of the body.")
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

    /// `kind` and `endpoint` say what is asked for; all other members are the kind's parameters.
    init(_ body: JSON) throws(APIError) {
        guard var parameters = body.object else {
            throw APIError(.badRequest, "invalid_json", "The body must be a JSON object.")
        }
        let kind = try JobRequest.take("kind", from: &parameters)
        let endpoint = try JobRequest.take("endpoint", from: &parameters)
        self.init(
            kind: kind.map { KindName(rawValue: $0) } ?? .textToImage,
            endpoint: endpoint.map { EndpointID(rawValue: $0) }, parameters: parameters)
    }

    private static func take(_ name: String, from parameters: inout [String: JSON]) throws(APIError) -> String? {
        guard let value = parameters.removeValue(forKey: name), value != .null else { return nil }
        guard let text = value.string else {
            throw .invalidParameter(name, "'\(name)' must be a string.")
        }
        return text
    }
}
