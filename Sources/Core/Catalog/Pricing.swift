import SQL

/// A multiplier in ten-thousandths, as the catalog keeps it: 15000 is 1.5.
package struct Multiplier: Sendable, Hashable, Codable, RawRepresentable, SQLConvertible, CustomStringConvertible {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package static let one = Multiplier(rawValue: 10_000)

    var fraction: Fraction { Fraction(Int128(rawValue), over: 10_000) }

    /// As a person writes it: `1.5`.
    package var description: String {
        let (whole, part) = rawValue.quotientAndRemainder(dividingBy: 10_000)
        guard part != 0 else { return "\(whole)" }
        var digits = String(10_000 + part).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}

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

extension PriceList {
    /// base × resolution × quality × complexity × factor × count.
    ///
    /// - Parameter longerSide: In pixels; priced by the next step up, and by the last step beyond it.
    package func image(
        longerSide: Int, quality: String, complexity: Multiplier, count: Int
    ) throws(PricingError) -> Price {
        let steps = document.image.resolutions.sorted { $0.upTo < $1.upTo }
        guard let step = steps.first(where: { longerSide <= $0.upTo }) ?? steps.last else { throw .noPrice(of: "resolution") }
        guard let qualityMultiplier = document.image.qualities[quality] else { throw .noPrice(of: "quality \(quality)") }
        return try Price(
            version: version, formula: .image, base: Credits(hundredths: document.image.base),
            factors: [
                .init(name: "resolution", label: "up to \(step.upTo)", multiplier: step.multiplier),
                .init(name: "quality", label: quality, multiplier: qualityMultiplier),
                .init(name: "complexity", label: nil, multiplier: complexity),
                .init(name: "factor", label: nil, multiplier: document.image.factor),
            ],
            count: count)
    }

    /// base × complexity × factor + a fee for each image beyond those included.
    package func training(complexity: Multiplier, images: Int) throws(PricingError) -> Price {
        let extraImages = Int64(max(0, images - document.training.imagesIncluded))
        return try Price(
            version: version, formula: .training, base: Credits(hundredths: document.training.base),
            factors: [
                .init(name: "complexity", label: nil, multiplier: complexity),
                .init(name: "factor", label: nil, multiplier: document.training.factor),
            ],
            surcharge: Credits(hundredths: extraImages * document.training.extraImage), count: 1)
    }

    /// base × growth^iteration × complexity × factor.
    package func refinement(iteration: Int, complexity: Multiplier) throws(PricingError) -> Price {
        // Far beyond what 128 bits hold, and beyond any sensible number of refinements.
        guard (0...40).contains(iteration) else { throw .outOfRange }
        let growth = (0..<iteration).map { Price.Factor(name: "growth", label: "iteration \($0 + 1)", multiplier: document.refinement.growth) }
        return try Price(
            version: version, formula: .refinement, base: Credits(hundredths: document.refinement.base),
            factors: growth + [
                .init(name: "complexity", label: nil, multiplier: complexity),
                .init(name: "factor", label: nil, multiplier: document.refinement.factor),
            ],
            count: 1)
    }
}
