import SQL

/// The daily provider budget: what all providers may cost in a day of UTC, over all nodes. Beyond it jobs wait for the
/// next day.
///
/// A claim counts when it is made, by the catalog's prices, and is not subtracted if nothing was sent in the end: the
/// actual cost may stay below the budget.
package struct ProviderBudget: Sendable {
    /// In micro-dollars.
    package let limit: Int64
    private let catalog: Catalog

    package init(limit: Int64, catalog: Catalog) {
        self.limit = limit
        self.catalog = catalog
    }

    /// The budget, with the catalog as it is now.
    func gauge() async throws -> BudgetSnapshot {
        BudgetSnapshot(limit: limit, endpoints: try await catalog.current().endpoints)
    }
}

/// The budget and what jobs are expected to cost, for one transaction.
struct BudgetSnapshot: Sendable {
    let limit: Int64
    let endpoints: [EndpointID: Endpoint]

    func cost(of job: Job) -> Int64 { endpoints[job.endpoint]?.expectedCost(of: job) ?? 0 }

    /// The jobs that fit into the budget, in their order. A job that costs nothing always fits.
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
    /// In micro-dollars.
    package let expected: Int64
    /// When the first job had to wait for the next day, and what the limit was then.
    package let reachedAt: Instant?
    package let reachedLimit: Int64?

    /// It stays reached for the day, unless the limit has been raised since.
    func isReached(at limit: Int64) -> Bool {
        reachedLimit.map { limit <= $0 } ?? false
    }
}
