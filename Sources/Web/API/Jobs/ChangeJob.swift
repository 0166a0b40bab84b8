import Core
import HTTPTypes
import Hummingbird
import SQL

/// `DELETE /api/jobs/{id}` cancels; `POST /api/jobs/{id}/retry` submits an ended job's request again, at today's price.
struct ChangeJob: Sendable {
    private let cancelJob: CancelJob
    private let submit: SubmitJob
    private let database: Database

    init(cancel: CancelJob, submit: SubmitJob, database: Database) {
        cancelJob = cancel
        self.submit = submit
        self.database = database
    }

    private struct Envelope: Encodable { let job: JobBody }

    @Sendable func cancel(_ request: Request, _ context: AccountContext) async throws -> Response {
        let job = try await cancelJob(try id(context), by: context.actor)
        let body = JobBody(job)
        guard !job.state.isTerminal else { return .json(Envelope(job: body)) }
        // Still processing: the provider was asked to cancel, and has not responded yet.
        return .json(Envelope(job: body), status: .accepted, location: body.location)
    }

    @Sendable func retry(_ request: Request, _ context: AccountContext) async throws -> Response {
        let id = try id(context)
        let idempotency = try request.idempotency(route: "retry", meaning: id.rawValue)
        guard let job = try await database.read({ try $0.jobs.job(id, of: context.account) }) else {
            throw APIError.notFound("job")
        }
        guard job.state.isTerminal else {
            throw APIError(
                .conflict, "job_not_ended",
                "The job is \(job.state.rawValue). Only a job that has ended can be retried.")
        }
        let outcome = try await submit([JobRequest(again: job)], by: context.actor, idempotency: idempotency) { jobs in
            StoredResponse(status: 202, body: JSON.text(of: Envelope(job: JobBody(jobs[0]))))
        }
        switch outcome {
        case .repeated(let stored): return .replayed(stored, location: JobBody.location(in:))
        case .submitted(let jobs):
            let body = JobBody(jobs[0])
            return .json(Envelope(job: body), status: .accepted, location: body.location)
        }
    }

    private func id(_ context: AccountContext) throws(APIError) -> ID<Job> {
        guard let id = context.parameters.get("id").flatMap({ ID<Job>(checking: $0) }) else { throw .notFound("job") }
        return id
    }
}
