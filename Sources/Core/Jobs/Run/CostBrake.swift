import SQL

/// What providers may cost in a day of UTC, over all of them and over all nodes. Beyond it jobs wait for the next day.
///
/// A claim counts when it is made, by the catalog's prices, and is not taken back where nothing was sent in the end: the brake
/// errs on the side of its limit.
package struct CostBrake: Sendable {
    /// Micro-dollars.
    package let limit: Int64
    private let catalog: CatalogCache

    package init(limit: Int64, catalog: CatalogCache) {
        self.limit = limit
        self.catalog = catalog
    }

    /// What it goes by, as the catalog is now.
    func gauge() async throws -> CostGauge {
        CostGauge(limit: limit, endpoints: try await catalog.current().endpoints)
    }
}

/// The brake's limit and what jobs are expected to cost, for one transaction.
struct CostGauge: Sendable {
    let limit: Int64
    let endpoints: [EndpointID: Endpoint]

    func cost(of job: Job) -> Int64 { endpoints[job.endpoint]?.expectedCost(of: job) ?? 0 }

    /// Those of the jobs, in their order, that there is room for. What costs nothing always has room.
    func fitting(_ jobs: [Job], expected: Int64) -> [Job] {
        var left = limit - expected
        return jobs.filter { job in
            let cost = cost(of: job)
            guard cost == 0 || cost <= left else { return false }
            left -= cost
            return true
        }
    }
}

/// A day's cost as it was counted.
package struct ProviderCosts: Sendable, Hashable {
    /// Micro-dollars.
    package let expected: Int64
    /// When the first job had to wait for the next day, and what the limit was then.
    package let reachedAt: Instant?
    package let reachedLimit: Int64?

    /// It stays reached for the day, unless the limit has been raised since.
    func isReached(at limit: Int64) -> Bool {
        reachedLimit.map { limit <= $0 } ?? false
    }
}
