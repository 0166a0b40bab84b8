import SQL

/// A job that is to end, as it was read while its account's row was locked: if it has moved since, this does not end
/// it.
struct JobEnding: Sendable {
    enum How: Sendable {
        case completed(delivered: Int, seed: UInt64? = nil)
        case failed(JobFailure)
        case cancelled
    }

    let job: Job
    let how: How
    let now: Instant

    init(_ job: Job, _ how: How, now: Instant) {
        self.job = job
        self.how = how
        self.now = now
    }

    var state: JobState {
        switch how {
        case .completed: .completed
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }

    var eventType: JobEvent.EventType {
        switch how {
        case .completed: .completed
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }

    var failure: JobFailure? {
        if case .failed(let failure) = how { failure } else { nil }
    }

    var delivered: Int? {
        if case .completed(let count, _) = how { count } else { nil }
    }

    var seed: UInt64? {
        if case .completed(_, let seed) = how { seed } else { nil }
    }

    /// The part of its reservation that is spent. Nobody pays for a failed or cancelled job.
    var captured: Credits { delivered.map { job.price.total(delivered: $0) } ?? .zero }
}
