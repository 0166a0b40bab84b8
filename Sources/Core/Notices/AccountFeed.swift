/// What all streams of one account on this node receive: how far its events have been read, and who receives them.
struct AccountFeed {
    struct Stream: Sendable {
        /// Follows this job alone; nil for all jobs of the account.
        let job: ID<Job>?
        let continuation: AsyncStream<EventBatch>.Continuation
        /// Ends a stream that does not keep up: its client reads what it missed when it connects again.
        let cutOff: @Sendable () -> Void
    }

    struct Delivery {
        let batch: EventBatch
        let streams: [(number: Int, stream: Stream)]
    }

    /// The account's last event that was read.
    private(set) var position: Int64
    private(set) var streams: [Int: Stream] = [:]
    private var followers: [ID<Job>: Set<Int>] = [:]
    private var sentProgress: [ID<Job>: JobProgress] = [:]

    init(position: Int64) {
        self.position = position
    }

    mutating func add(_ stream: Stream, _ number: Int) {
        streams[number] = stream
        if let job = stream.job { followers[job, default: []].insert(number) }
    }

    mutating func remove(_ number: Int) {
        guard let stream = streams.removeValue(forKey: number), let job = stream.job else { return }
        followers[job]?.remove(number)
        if followers[job]?.isEmpty == true { followers[job] = nil }
    }

    /// How far the jobs are that are being processed, for a stream that has just been opened.
    func progress(of job: ID<Job>?) -> EventBatch? {
        let progress = sentProgress.values.filter { job == nil || $0.job == job }
        return progress.isEmpty ? nil : EventBatch([], progress: progress, isLast: false)
    }

    /// Takes what was read after `position`, and returns what each stream is to receive.
    mutating func deliveries(of events: [JobEvent], _ progress: [JobProgress]) -> [Delivery] {
        let changed = progress.filter { sentProgress[$0.job] != $0 && !$0.isEmpty }
        // Jobs that have ended or wait again have no progress any more.
        sentProgress = Dictionary(progress.filter { !$0.isEmpty }.map { ($0.job, $0) }) { $1 }
        position = events.last?.accountSeq ?? position

        var deliveries: [Delivery] = []
        let all = streams.filter { $0.value.job == nil }
        if !all.isEmpty, !events.isEmpty || !changed.isEmpty {
            let batch = EventBatch(events.map { .init(id: $0.accountSeq, event: $0) }, progress: changed, isLast: false)
            deliveries.append(Delivery(batch: batch, streams: all.map { ($0, $1) }))
        }
        for job in Set(events.map(\.job) + changed.map(\.job)) {
            guard let numbers = followers[job] else { continue }
            deliveries.append(Delivery(
                batch: batch(of: job, events, changed),
                streams: numbers.compactMap { number in streams[number].map { (number, $0) } }))
        }
        return deliveries
    }

    private func batch(of job: ID<Job>, _ events: [JobEvent], _ changed: [JobProgress]) -> EventBatch {
        let own = events.filter { $0.job == job }
        return EventBatch(
            own.map { .init(id: $0.seq, event: $0) }, progress: changed.filter { $0.job == job },
            isLast: own.last?.state.isTerminal ?? false)
    }
}

extension JobProgress {
    /// The provider has reported nothing yet.
    fileprivate var isEmpty: Bool { percent == nil && queuePosition == nil && logs.isEmpty }
}
