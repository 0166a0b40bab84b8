import Core

/// Everything about one job: its state, what it made, what it cost and by which entries.
struct JobDetailsBody: Encodable {
    let job: JobBody
    let progress: ProgressBody
    let outputs: [AssetBody]
    let price: PriceBody
    let receipt: ReceiptBody
    let attempts: [AttemptBody]

    init(_ details: JobDetails, links: FileLinks, now: Instant) {
        job = JobBody(details.job)
        progress = ProgressBody(details, now: now)
        outputs = details.outputs.map { AssetBody($0, links) }
        price = PriceBody(details.job.price)
        receipt = ReceiptBody(details)
        attempts = details.attempts.map(AttemptBody.init)
    }
}

struct ProgressBody: Encodable {
    /// 0 to 100.
    let percent: Int?
    /// Whether the percentage is this server's, by how long such jobs usually take, and not the provider's.
    let isEstimate: Bool?
    /// Jobs before it in this server's queue; `1000+` beyond that.
    let queuePosition: String?
    /// Why it waits, if not only for the jobs before it.
    let waitingFor: JobDetails.Wait?
    let providerQueuePosition: Int?
    let estimatedSecondsLeft: Int?
    let logs: [String]

    init(_ details: JobDetails, now: Instant) {
        let progress = details.progress(now: now)
        percent = progress?.percent
        isEstimate = progress?.isEstimate
        queuePosition = details.queuePosition.map { $0 > 1000 ? "1000+" : String($0) }
        waitingFor = details.waitingFor
        let attempt = details.attempts.last
        providerQueuePosition = details.job.state == .processing ? attempt?.queuePosition : nil
        estimatedSecondsLeft = details.remaining(now: now).map { Int(($0.milliseconds + 999) / 1000) }
        logs = attempt?.logs?.array?.compactMap(\.string) ?? []
    }
}

/// What was set aside for the job and what became of it, entry by entry.
struct ReceiptBody: Encodable {
    let reserved: Credits
    let captured: Credits
    let released: Credits
    let settledAt: String?
    let transactions: [LedgerLineBody]

    init(_ details: JobDetails) {
        reserved = details.receipt?.reserved ?? .zero
        captured = details.receipt?.captured ?? .zero
        released = details.receipt?.released ?? .zero
        settledAt = details.receipt?.endedAt?.text
        transactions = details.transactions.map(LedgerLineBody.init)
    }
}

/// One submission to a provider, with the provider's own message if it failed.
struct AttemptBody: Encodable {
    let number: Int
    let provider: String
    let status: String
    let requestId: String?
    let error: JobBody.Failure?
    let startedAt: String
    let submittedAt: String?
    let respondedAt: String?
    let endedAt: String?

    init(_ attempt: Attempt) {
        number = attempt.number
        provider = attempt.provider.rawValue
        status = attempt.state.rawValue
        requestId = attempt.requestID
        error = attempt.failure.map { JobBody.Failure(code: $0.code, message: $0.message) }
        startedAt = attempt.createdAt.text
        submittedAt = attempt.submittedAt?.text
        respondedAt = attempt.respondedAt?.text
        endedAt = attempt.endedAt?.text
    }
}
