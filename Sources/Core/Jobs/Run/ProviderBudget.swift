import SQL

/// The daily provider budget: what all providers may cost in a day of UTC, over all nodes. Beyond it jobs wait for the
/// next day.
///
/// A claim counts when it is made, by the catalog's prices, and is not subtracted if nothing was sent in the end: the
/// actual cost may stay below the budget.
package struct ProviderBudget: Sendable {
    package let limit: MicroDollars
    private let catalog: Catalog

    package init(limit: MicroDollars, catalog: Catalog) {
        self.limit = limit
        self.catalog = catalog
    }

    /// The budget, with the catalog as it is now.
    func snapshot() async throws -> BudgetSnapshot {
        BudgetSnapshot(limit: limit, endpoints: try await catalog.current().endpoints)
    }
}

/// The budget and what jobs are expected to cost, for one transaction.
struct BudgetSnapshot: Sendable {
    let limit: MicroDollars
    let endpoints: [EndpointID: Endpoint]

    func cost(of job: Job) -> MicroDollars { endpoints[job.endpoint]?.expectedCost(of: job) ?? .zero }

    /// The jobs that fit into the budget, in their order. A job that costs nothing always fits.
    func fitting(_ jobs: [Job], expected: MicroDollars) -> [Job] {
        var left = limit - expected
        return jobs.filter { job in
            let cost = cost(of: job)
            guard cost == .zero || cost <= left else { return false }
            left -= cost
            return true
        }
    }
}

/// A day's cost as it was counted.
package struct ProviderCosts: Sendable, Hashable {
    package let expected: MicroDollars
    /// When the first job had to wait for the next day, and what the limit was then.
    package let reachedAt: Instant?
    let reachedLimit: MicroDollars?

    /// It stays reached for the day, unless the limit has been raised since.
    func isReached(at limit: MicroDollars) -> Bool {
        reachedLimit.map { limit <= $0 } ?? false
    }
}
