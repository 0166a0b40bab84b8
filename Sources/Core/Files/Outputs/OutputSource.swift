/// A file to fetch from a provider and store as a job's output.
package struct OutputSource: Sendable, Hashable {
    package let job: ID<Job>
    package let account: ID<Account>
    package let index: Int
    package let url: String
    /// Who made it; nil if that is not known.
    package var provider: ProviderName?
}

/// The result of fetching and storing one.
package enum StoreOutcome: Sendable {
    /// It gets its row in the settlement's transaction.
    case stored(NewOutput)
    case broken(String, isTransient: Bool)
    /// Whole, but black: a safety checker's way to say no. Not delivered, and not charged.
    case unsafe
    /// Our own store is full or unavailable: not the provider's fault, and no reason to ask it for another.
    case storeUnavailable(String)
}
