import Core

/// What is told to all streams of one account on this node: how far it has been read, and who is to be told.
struct AccountFeed {
    struct Stream: Sendable {
        /// Follows this job alone.
        let job: ID<Job>?
        let continuation: AsyncStream<EventChunk>.Continuation
        /// For one who does not keep up: what he missed he is told when he comes back.
        let cutOff: @Sendable () -> Void
    }

    struct Delivery {
        let chunk: EventChunk
        let streams: [(number: Int, stream: Stream)]
    }

    /// The account's last event that was read.
    private(set) var position: Int64
    private(set) var streams: [Int: Stream] = [:]
    private var followers: [ID<Job>: Set<Int>] = [:]
    private var told: [ID<Job>: JobProgress] = [:]

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

    /// How far the jobs are that are under way, for one who has just come.
    func progress(of job: ID<Job>?) -> EventChunk? {
        var lines = EventLines()
        for progress in told.values where job == nil || progress.job == job { lines.add(progress) }
        return lines.isEmpty ? nil : EventChunk(lines, isLast: false)
    }

    /// What was read from behind `position`, as what each stream is to be told.
    mutating func tell(_ events: [JobEvent], _ progress: [JobProgress]) -> [Delivery] {
        let changed = progress.filter { told[$0.job] != $0 && !$0.isEmpty }
        // Of jobs that have ended or wait again there is nothing to say any more.
        told = Dictionary(progress.filter { !$0.isEmpty }.map { ($0.job, $0) }) { $1 }
        position = events.last?.accountSeq ?? position

        var deliveries: [Delivery] = []
        let all = streams.filter { $0.value.job == nil }
        if !all.isEmpty {
            var lines = EventLines()
            for event in events { lines.add(event, id: event.accountSeq) }
            for progress in changed { lines.add(progress) }
            if !lines.isEmpty { deliveries.append(Delivery(chunk: EventChunk(lines, isLast: false), streams: all.map { ($0, $1) })) }
        }
        for job in Set(events.map(\.job) + changed.map(\.job)) {
            guard let numbers = followers[job] else { continue }
            deliveries.append(Delivery(
                chunk: chunk(of: job, events, changed), streams: numbers.compactMap { number in streams[number].map { (number, $0) } }))
        }
        return deliveries
    }

    private func chunk(of job: ID<Job>, _ events: [JobEvent], _ changed: [JobProgress]) -> EventChunk {
        var lines = EventLines()
        let own = events.filter { $0.job == job }
        for event in own { lines.add(event, id: event.seq) }
        for progress in changed where progress.job == job { lines.add(progress) }
        return EventChunk(lines, isLast: own.last?.state.isTerminal ?? false)
    }
}

extension JobProgress {
    /// The provider has said nothing yet.
    fileprivate var isEmpty: Bool { percent == nil && queuePosition == nil && logs.isEmpty }
}
