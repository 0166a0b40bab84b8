package import Core
import HTTPTypes
package import Hummingbird
package import SQL

/// `DELETE /api/jobs/{id}` cancels; `POST /api/jobs/{id}/retry` asks for an ended job's work again, priced today.
package struct ChangeJob: Sendable {
    private let cancelJob: CancelJob
    private let submit: SubmitJob
    private let database: Database

    package init(cancel: CancelJob, submit: SubmitJob, database: Database) {
        cancelJob = cancel
        self.submit = submit
        self.database = database
    }

    private struct Answer: Encodable { let job: JobBody }

    @Sendable package func cancel(_ request: Request, _ context: AccountContext) async throws -> Response {
        let job = try await cancelJob(try id(context), by: context.actor)
        // Still processing: the provider was asked, and its answer is awaited.
        return .json(Answer(job: JobBody(job)), status: job.state.isTerminal ? .ok : .accepted)
    }

    @Sendable package func retry(_ request: Request, _ context: AccountContext) async throws -> Response {
        let id = try id(context)
        let idempotency = try request.idempotency(route: "retry", body: Array(id.rawValue.utf8))
        guard let job = try await database.read({ try $0.job(id, of: context.account) }) else { throw APIError.notFound("job") }
        guard job.state.isTerminal else {
            throw APIError(.conflict, "job_not_ended", "The job is \(job.state.rawValue). Only an ended job can be tried again.")
        }
        let outcome = try await submit([JobRequest(again: job)], by: context.actor, idempotency: idempotency) { jobs in
            KeptAnswer(status: 202, body: JSON.text(of: Answer(job: JobBody(jobs[0]))))
        }
        switch outcome {
        case .repeated(let kept): return .kept(kept, isRepeated: true)
        case .submitted(let jobs): return .json(Answer(job: JobBody(jobs[0])), status: .accepted)
        }
    }

    private func id(_ context: AccountContext) throws(APIError) -> ID<Job> {
        guard let id = context.parameters.get("id").flatMap({ ID<Job>(checking: $0) }) else { throw APIError.notFound("job") }
        return id
    }
}
