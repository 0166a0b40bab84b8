@testable import Core
import Testing

/// Who receives what of an account's events, without a database.
struct AccountFeedTests {
    private let one = ID<Job>.random()
    private let two = ID<Job>.random()
    private let account = ID<Account>.random()

    private func stream(of job: ID<Job>? = nil) -> AccountFeed.Stream {
        let (_, continuation) = AsyncStream.makeStream(of: EventBatch.self)
        return AccountFeed.Stream(job: job, continuation: continuation, cutOff: {})
    }

    private func event(_ job: ID<Job>, _ seq: Int64, _ accountSeq: Int64, _ state: JobState = .queued) -> JobEvent {
        JobEvent(
            job: job, seq: seq, account: account, accountSeq: accountSeq, type: .queued, state: state, data: [:],
            at: Instant(seconds: 0))
    }

    private func progress(_ job: ID<Job>, _ percent: Int?, logs: [String] = []) -> JobProgress {
        JobProgress(job: job, percent: percent, queuePosition: nil, logs: logs)
    }

    private func ids(_ deliveries: [AccountFeed.Delivery]) -> [Set<Int>: [Int64]] {
        Dictionary(uniqueKeysWithValues: deliveries.map { delivery in
            (Set(delivery.streams.map { $0.number }), delivery.batch.events.map(\.id))
        })
    }

    @Test func `a stream of all has the account's numbers, and one of a job the job's`() {
        var feed = AccountFeed(position: 10)
        feed.add(stream(), 1)
        feed.add(stream(), 2)
        feed.add(stream(of: one), 3)

        let deliveries = feed.deliveries(of: [event(one, 5, 11), event(two, 1, 12), event(one, 6, 13)], [])

        #expect(ids(deliveries) == [[1, 2]: [11, 12, 13], [3]: [5, 6]])
        #expect(feed.position == 13)
    }

    @Test func `nobody receives what is nothing, and the place stays`() {
        var feed = AccountFeed(position: 10)
        feed.add(stream(), 1)
        feed.add(stream(of: one), 2)

        #expect(feed.deliveries(of: [], []).isEmpty)
        #expect(feed.deliveries(of: [], [progress(one, nil)]).isEmpty, "a job of which nothing is known yet")
        #expect(ids(feed.deliveries(of: [event(two, 1, 11)], [])) == [[1]: [11]], "another job's event")
        #expect(feed.position == 11)
    }

    @Test func `a batch is the last of its job if it brings the end, and never the last of all jobs`() {
        var feed = AccountFeed(position: 0)
        feed.add(stream(), 1)
        feed.add(stream(of: one), 2)
        feed.add(stream(of: two), 3)

        let deliveries = feed.deliveries(
            of: [event(one, 1, 1), event(one, 2, 2, .completed), event(two, 1, 3, .processing)], [])
        let last = Dictionary(uniqueKeysWithValues: deliveries.map { ($0.streams.map { $0.number }, $0.batch.isLast) })

        #expect(last == [[1]: false, [2]: true, [3]: false])
    }

    @Test func `progress is sent when it changes, and again when another attempt begins`() {
        var feed = AccountFeed(position: 0)
        feed.add(stream(), 1)
        func sent(_ progress: JobProgress...) -> [Int?] {
            feed.deliveries(of: [], progress).flatMap(\.batch.progress).map(\.percent)
        }

        #expect(sent(progress(one, 10)) == [10] && sent(progress(one, 10)) == [])
        #expect(sent(progress(one, 10, logs: ["a"])) == [10], "a new line of its log")
        #expect(Set(sent(progress(one, 20), progress(two, 5))) == [20, 5])
        #expect(sent(progress(one, 20), progress(two, 6)) == [6])
        // Both have ended; one of them is sent again, as by another attempt.
        #expect(sent() == [] && sent(progress(one, 20)) == [20])
    }

    @Test func `a stream that is opened later is told how far the jobs are that it follows`() {
        var feed = AccountFeed(position: 0)
        #expect(feed.progress(of: nil) == nil)
        _ = feed.deliveries(of: [], [progress(one, 10), progress(two, nil)])

        #expect(feed.progress(of: nil)?.progress.map(\.job) == [one])
        #expect(feed.progress(of: one)?.progress.map(\.percent) == [10] && feed.progress(of: two) == nil)
        #expect(feed.progress(of: one)?.isLast == false && feed.progress(of: one)?.lastID == nil)
    }

    @Test func `a stream that is gone receives nothing, and removing it twice does nothing`() {
        var feed = AccountFeed(position: 0)
        for (number, job) in [(1, nil), (2, one), (3, one)] as [(Int, ID<Job>?)] { feed.add(stream(of: job), number) }

        feed.remove(2)
        feed.remove(2)
        feed.remove(99)
        #expect(ids(feed.deliveries(of: [event(one, 1, 1)], [])) == [[1]: [1], [3]: [1]])

        feed.remove(1)
        feed.remove(3)
        #expect(feed.streams.isEmpty && feed.deliveries(of: [event(one, 2, 2)], []).isEmpty)
        #expect(feed.position == 2, "read all the same")
    }
}
