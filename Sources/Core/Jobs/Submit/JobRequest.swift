/// What any surface asks for: translated from its own words, not yet checked.
package struct JobRequest: Sendable, Hashable {
    package var kind: KindName
    package var endpoint: EndpointID?
    package var parameters: [String: JSON]
    package var retryOf: ID<Job>?

    package init(kind: KindName, endpoint: EndpointID? = nil, parameters: [String: JSON], retryOf: ID<Job>? = nil) {
        self.kind = kind
        self.endpoint = endpoint
        self.parameters = parameters
        self.retryOf = retryOf
    }
}

/// A request that the catalog allows, with its price: what an estimate answers and a submission inserts.
package struct PricedRequest: Sendable {
    package let kind: Kind
    package let endpoint: Endpoint
    package let parameters: [String: JSON]
    /// The stored pictures that it works on, by parameter.
    package let inputs: [String: ID<Asset>]
    package let outputs: Int
    package let price: Price
    package let retryOf: ID<Job>?
}

package indirect enum SubmitError: Error, Sendable, Hashable {
    case parameter(ParameterError)
    case catalog(Catalog.Refusal)
    case accountDisabled
    /// As many jobs as an account may have waiting.
    case queueFull(limit: Int)
    case rateLimited(limit: Int, retryAfter: Duration)
    case tooMany(limit: Int)
    /// What is wrong with one of several requests, by its place from 0.
    case inBatch(Int, SubmitError)
}

extension JobRequest {
    /// What an ended job asked for, once more.
    package init(again job: Job) {
        // Width and height were computed from the resolution, and are again.
        let parameters = job.parameters.filter { !["width", "height"].contains($0.key) }
        self.init(kind: job.kind, endpoint: job.endpoint, parameters: parameters, retryOf: job.id)
    }
}
