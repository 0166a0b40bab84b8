import Core
import Foundation

/// A job as the API shows it in lists and in the response to a submission.
struct JobBody: Encodable {
    let id: String
    let kind: String
    let endpoint: String
    let status: JobState
    let estimatedCredits: Credits
    let parameters: [String: JSON]
    let numImages: Int
    let delivered: Int?
    /// The provider's. With more digits than a floating-point number holds, at some models.
    let seed: UInt64?
    let attempts: Int
    let error: Failure?
    let heldFor: String?
    let retryOf: String?
    let createdAt: String
    let startedAt: String?
    let deadlineAt: String?
    let cancelRequestedAt: String?
    let endedAt: String?

    struct Failure: Encodable {
        let code: String
        let message: String
    }

    init(_ job: Job) {
        id = job.id.rawValue
        kind = job.kind.rawValue
        endpoint = job.endpoint.rawValue
        status = job.state
        estimatedCredits = job.price.total
        parameters = job.parameters
        numImages = job.outputsAsked
        delivered = job.outputsDelivered
        seed = job.seed
        attempts = job.attemptCount
        error = job.failure.map { Failure(code: $0.code, message: $0.message) }
        heldFor = job.holdReason
        retryOf = job.retryOf?.rawValue
        createdAt = job.createdAt.text
        startedAt = job.startedAt?.text
        deadlineAt = job.deadlineAt?.text
        cancelRequestedAt = job.cancelRequestedAt?.text
        endedAt = job.endedAt?.text
    }

    var location: String { "/api/jobs/\(id)" }

    /// The path of the job in a response, or of the list that begins with its jobs.
    static func location(in response: JSON) -> String {
        response["job"]?["id"]?.string.map { "/api/jobs/\($0)" } ?? "/api/jobs"
    }
}

/// What a job costs and by which factors.
struct PriceBody: Encodable {
    let total: Credits
    let version: Int
    let formula: Price.Formula
    let base: Credits
    let factors: [Factor]
    /// Added after the factors: a training's extra images. Absent if there is none.
    let surcharge: Credits?
    let count: Int

    struct Factor: Encodable {
        let name: String
        let label: String?
        /// A decimal as text, such as `1.5`.
        let multiplier: String
    }

    init(_ price: Price) {
        total = price.total
        version = price.version
        formula = price.formula
        base = price.base
        surcharge = price.surcharge == .zero ? nil : price.surcharge
        factors = price.factors.map { Factor(name: $0.name, label: $0.label, multiplier: $0.multiplier.description) }
        count = price.count
    }
}
