import SQL

/// One published version of the prices. Multipliers and amounts are integers, also in the document.
package struct PriceList: Sendable, Hashable {
    package struct Document: Sendable, Hashable, Codable {
        package struct Resolution: Sendable, Hashable, Codable {
            let upTo: Int
            let multiplier: Multiplier
        }

        package struct Image: Sendable, Hashable, Codable {
            let base: Int64
            let factor: Multiplier
            let resolutions: [Resolution]
            let qualities: [String: Multiplier]
            /// Per second of a film. Nil means 1.
            let second: Multiplier?
        }

        package struct Training: Sendable, Hashable, Codable {
            let base: Int64
            let factor: Multiplier
            let imagesIncluded: Int
            let extraImage: Int64
        }

        package struct Refinement: Sendable, Hashable, Codable {
            let base: Int64
            let growth: Multiplier
            let factor: Multiplier
        }

        let image: Image
        let training: Training
        let refinement: Refinement
    }

    package let version: Int
    package let document: Document

    package init(version: Int, document: Document) {
        self.version = version
        self.document = document
    }
}

package enum PricingError: Error, Sendable, Hashable {
    /// The price list has no multiplier for this.
    case noPrice(of: String)
    /// The result is beyond what the ledger can hold.
    case outOfRange
}
