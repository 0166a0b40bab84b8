package import SQL

/// What the jobs of the last month would have cost by another price list. Reads in batches, each in a short transaction
/// of its own, so that nobody waits for it; the memory that it needs does not grow with the jobs.
package struct PreviewPrices: Sendable {
    package static let window = Duration.seconds(30 * 86_400)

    package struct Report: Sendable {
        package fileprivate(set) var jobs = 0
        package fileprivate(set) var before = Credits.zero
        package fileprivate(set) var after = Credits.zero
        package fileprivate(set) var kinds: [KindName: (jobs: Int, before: Credits, after: Credits)] = [:]
        /// The jobs whose price would change the most, the greatest change first.
        package fileprivate(set) var movers: [Mover] = []
        /// Jobs that the list has no price for, or whose stored price cannot be read.
        package fileprivate(set) var unpriced = 0
        /// Where it stopped, if there were more jobs than it reads: none before this instant was counted.
        package fileprivate(set) var since: Instant
        package fileprivate(set) var isComplete = true
    }

    package struct Mover: Sendable, Hashable {
        package let job: ID<Job>
        package let account: ID<Account>
        package let kind: KindName
        package let before: Credits
        package let after: Credits

        var change: Int64 { Int64((after - before).hundredths.magnitude) }
    }

    private let database: Database
    private let time: Time
    private let batch: Int
    private let limit: Int

    /// - Parameter limit: How many jobs are read at most, the newest first.
    package init(database: Database, time: Time, batch: Int = 500, limit: Int = 500_000) {
        self.database = database
        self.time = time
        self.batch = batch
        self.limit = limit
    }

    package func callAsFunction(_ document: PriceList.Document) async throws -> Report {
        let now = time.now()
        let prices = PriceList(version: 0, document: document)
        let start = ID<Job>.first(at: now - Self.window)
        var report = Report(since: now - Self.window)
        var end = ID<Job>.first(at: now + .milliseconds(1))
        var seen = 0
        while true {
            try Task.checkCancellation()
            let page = try await database.read { [end, batch] in
                try $0.jobs.pricedJobs(from: start, before: end, limit: batch)
            }
            for job in page { report.count(job, by: prices) }
            seen += page.count
            guard page.count == batch, let last = page.last else { return report }
            guard seen < limit else {
                report.isComplete = false
                report.since = last.createdAt
                return report
            }
            end = last.id
        }
    }
}

extension PreviewPrices.Report {
    private static let mostMovers = 10

    fileprivate mutating func count(_ job: PricedJob, by prices: PriceList) {
        // Nobody pays for these, whatever the prices.
        guard job.state != .failed, job.state != .cancelled else { return }
        guard let price = job.price, let new = try? prices.again(price) else {
            unpriced += 1
            return
        }
        let delivered = job.delivered ?? price.count
        let mover = PreviewPrices.Mover(
            job: job.id, account: job.account, kind: job.kind, before: price.total(delivered: delivered),
            after: new.total(delivered: delivered))
        jobs += 1
        before += mover.before
        after += mover.after
        let kind = kinds[job.kind] ?? (0, .zero, .zero)
        kinds[job.kind] = (kind.jobs + 1, kind.before + mover.before, kind.after + mover.after)
        rank(mover)
    }

    private mutating func rank(_ mover: PreviewPrices.Mover) {
        guard mover.change > 0, movers.count < Self.mostMovers || mover.change > movers.last?.change ?? 0 else {
            return
        }
        movers.insert(mover, at: movers.firstIndex { $0.change < mover.change } ?? movers.count)
        if movers.count > Self.mostMovers { movers.removeLast() }
    }
}
