/// The three formulas.
extension PriceList {
    /// The quality that a kind without a choice of quality is priced as.
    static let defaultQuality = "standard"

    package func price(
        of subject: Price.Subject, complexity: Multiplier, count: Int = 1
    ) throws(PricingError) -> Price {
        switch subject {
        case .image(let longerSide, let quality, let seconds):
            try image(longerSide: longerSide, quality: quality, seconds: seconds, complexity: complexity, count: count)
        case .training(let images): try training(complexity: complexity, images: images)
        case .refinement(let iteration): try refinement(iteration: iteration, complexity: complexity)
        }
    }

    /// Prices by this version what was priced by another.
    package func again(_ price: Price) throws(PricingError) -> Price {
        try self.price(of: price.subject, complexity: price.complexity, count: price.count)
    }

    /// base × resolution × quality × seconds, of a film × complexity × factor × count.
    ///
    /// - Parameter longerSide: In pixels; priced by the next step up, and by the last step beyond it.
    package func image(
        longerSide: Int, quality: String, seconds: Int? = nil, complexity: Multiplier, count: Int
    ) throws(PricingError) -> Price {
        let steps = document.image.resolutions.sorted { $0.upTo < $1.upTo }
        guard let step = steps.first(where: { longerSide <= $0.upTo }) ?? steps.last else {
            throw .noPrice(of: "resolution")
        }
        guard let qualityMultiplier = document.image.qualities[quality] else {
            throw .noPrice(of: "quality \(quality)")
        }
        return try Price(
            version: version, subject: .image(longerSide: longerSide, quality: quality, seconds: seconds),
            base: Credits(hundredths: document.image.base),
            factors: [
                .init(name: "resolution", label: "up to \(step.upTo)", multiplier: step.multiplier),
                .init(name: "quality", label: quality, multiplier: qualityMultiplier),
            ] + length(seconds) + [
                .init(name: Price.Factor.complexity, label: nil, multiplier: complexity),
                .init(name: "factor", label: nil, multiplier: document.image.factor),
            ],
            count: count)
    }

    private func length(_ seconds: Int?) throws(PricingError) -> [Price.Factor] {
        guard let seconds else { return [] }
        let second = document.image.second ?? .one
        let (product, overflows) = second.rawValue.multipliedReportingOverflow(by: Int64(seconds))
        guard seconds > 0, !overflows else { throw .outOfRange }
        return [Price.Factor(name: "seconds", label: "\(seconds)", multiplier: Multiplier(rawValue: product))]
    }

    /// base × complexity × factor + a fee for each image beyond those included.
    package func training(complexity: Multiplier, images: Int) throws(PricingError) -> Price {
        let (extraImages, isFew) = images.subtractingReportingOverflow(document.training.imagesIncluded)
        let (fee, overflows) = document.training.extraImage.multipliedReportingOverflow(by: Int64(max(0, extraImages)))
        guard images >= 0, !isFew, !overflows, fee < Price.most else { throw .outOfRange }
        return try Price(
            version: version, subject: .training(images: images), base: Credits(hundredths: document.training.base),
            factors: [
                .init(name: Price.Factor.complexity, label: nil, multiplier: complexity),
                .init(name: "factor", label: nil, multiplier: document.training.factor),
            ],
            surcharge: Credits(hundredths: fee), count: 1)
    }

    /// base × growth^iteration × complexity × factor.
    func refinement(iteration: Int, complexity: Multiplier) throws(PricingError) -> Price {
        // Far beyond what 128 bits hold, and beyond any sensible number of refinements.
        guard (0...40).contains(iteration) else { throw .outOfRange }
        let growth = (0..<iteration).map {
            Price.Factor(name: "growth", label: "iteration \($0 + 1)", multiplier: document.refinement.growth)
        }
        return try Price(
            version: version, subject: .refinement(iteration: iteration),
            base: Credits(hundredths: document.refinement.base),
            factors: growth + [
                .init(name: Price.Factor.complexity, label: nil, multiplier: complexity),
                .init(name: "factor", label: nil, multiplier: document.refinement.factor),
            ],
            count: 1)
    }
}
