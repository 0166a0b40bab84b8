import SQL

/// The name of a kind of job, such as `text_to_image`. Kinds are rows of the catalog; new ones need no new code.
package struct KindName: Sendable, Hashable, Codable, RawRepresentable, SQLConvertible, ExpressibleByStringLiteral {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package init(stringLiteral value: String) {
        rawValue = value
    }

    package static let textToImage: KindName = "text_to_image"
    package static let styleTransfer: KindName = "style_transfer"
    static let backgroundRemoval: KindName = "background_removal"
}

/// What can be requested: a kind of job, its parameters and how it is priced.
package struct Kind: Sendable, Hashable {
    package let name: KindName
    package let version: Int
    package let title: String
    package let parameters: ParameterSchema
    package let formula: Price.Formula
    package let defaultEndpoint: EndpointID
    /// Counted from the first submission to a provider; then the job fails.
    let timeLimit: Duration
    /// Whether a lost attempt is followed by another. A training is expensive and not repeated unasked.
    let isRepeatable: Bool
}
