/// A request for a job by any surface: translated from the surface's own format, not yet checked.
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

/// A request that the catalog allows, with its price: what an estimate returns and a submission inserts.
package struct PricedRequest: Sendable {
    package let kind: Kind
    package let endpoint: Endpoint
    package let parameters: [String: JSON]
    /// The stored input pictures, by parameter.
    package let inputs: [String: ID<Asset>]
    /// Where input pictures are that are not stored yet, by parameter.
    let addresses: [String: String]
    package let outputs: Int
    package let price: Price
    package let retryOf: ID<Job>?
}

package indirect enum SubmitError: Error, Sendable, Hashable {
    case parameter(ParameterError)
    case catalog(CatalogSnapshot.Refusal)
    case accountDisabled
    /// The account has as many jobs waiting as it may have.
    case queueFull(limit: Int)
    /// - Parameter withBoughtCredits: The limit of an account with bought credits, if that is more.
    case rateLimited(limit: Int, retryAfter: Duration, withBoughtCredits: Int? = nil)
    case tooMany(limit: Int)
    /// An input picture, given by its address, could not be fetched.
    case fetch(FetchError, field: String)
    /// It was fetched, and is none that is taken.
    case input(AssetError, field: String)
    /// More addresses than are fetched for one submission.
    case tooManyAddresses(limit: Int)
    /// What is wrong with one of several requests, by its place from 0.
    case inBatch(Int, SubmitError)
}

extension SubmitError {
    /// - Parameter field: The parameter that names it.
    static func noPicture(_ field: String) -> SubmitError {
        .parameter(ParameterError(
            code: .invalid, field: field, message: "There is no image with this id in your account."))
    }

    /// - Parameter field: The parameter that names it.
    static func pictureInTrash(_ field: String) -> SubmitError {
        .parameter(ParameterError(
            code: .invalid, field: field, message: "This image is in the trash. Restore it first, or use another one."))
    }
}

extension JobRequest {
    /// The request of an ended job, once more.
    package init(again job: Job) {
        // Width and height were computed from the resolution, and are computed again.
        let parameters = job.parameters.filter { !["width", "height"].contains($0.key) }
        self.init(kind: job.kind, endpoint: job.endpoint, parameters: parameters, retryOf: job.id)
    }
}
