import SQL

/// A job that is to end, as whoever holds its account's row has seen it: one that has moved since does not end by this.
struct JobEnding: Sendable {
    enum How: Sendable {
        case completed(delivered: Int)
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
        if case .completed(let count) = how { count } else { nil }
    }

    /// What its reservation is spent on. Nobody pays for what failed or was cancelled.
    var captured: Credits { delivered.map { job.price.total(delivered: $0) } ?? .zero }
}
