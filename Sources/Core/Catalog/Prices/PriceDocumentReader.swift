/// What is wrong with a price list, and where in it: `image.resolutions.1.upTo`.
package struct PriceDocumentError: Error, Sendable, Hashable {
    package let path: String
    /// What would be right, to be appended to the path.
    package let message: String
}

extension PriceList.Document {
    /// The most that a base or a fee may be, in hundredths: a million credits.
    private static let mostHundredths: Int64 = 100_000_000
    /// Up to 100, in ten-thousandths.
    private static let multipliers: ClosedRange<Int64> = 1...1_000_000

    /// Reads strictly: nothing is missing, no member is unknown, every number is a whole one within its bounds.
    package init(checking json: JSON) throws(PriceDocumentError) {
        let all = try Members(json, at: "", ["image", "training", "refinement"])
        image = try Image(
            checking: all.members(
                "image", ["base", "factor", "resolutions", "qualities", "second"], optional: ["second"]))
        let training = try all.members("training", ["base", "factor", "imagesIncluded", "extraImage"])
        self.training = try Training(
            base: training.hundredths("base"), factor: training.multiplier("factor"),
            imagesIncluded: Int(training.integer("imagesIncluded", in: 0...10_000)),
            extraImage: training.hundredths("extraImage"))
        let refinement = try all.members("refinement", ["base", "growth", "factor"])
        self.refinement = try Refinement(
            base: refinement.hundredths("base"), growth: refinement.multiplier("growth"),
            factor: refinement.multiplier("factor"))
    }

    /// Requires a price for every quality that a kind offers, and for the default quality of a kind that offers none.
    func demandPrices(for catalog: CatalogSnapshot) throws(PriceDocumentError) {
        let kinds = catalog.kinds.values.filter { $0.formula == .image }.sorted { $0.name.rawValue < $1.name.rawValue }
        for kind in kinds {
            for quality in kind.parameters.parameter("quality")?.choices ?? [PriceList.defaultQuality]
                where image.qualities[quality] == nil {
                throw PriceDocumentError(
                    path: "image.qualities.\(quality)",
                    message: "is required: the kind '\(kind.name.rawValue)' offers this quality")
            }
        }
    }

    fileprivate static func checkMultiplier(_ value: Int64?, at path: String) throws(PriceDocumentError) -> Multiplier {
        guard let value, multipliers.contains(value) else {
            let (least, most) = (multipliers.lowerBound, multipliers.upperBound)
            throw PriceDocumentError(
                path: path, message: "must be a whole number of ten-thousandths from \(least) to \(most)")
        }
        return Multiplier(rawValue: value)
    }

    /// The members of one object of the document.
    fileprivate struct Members {
        private let values: [String: JSON]
        private let path: String

        init(
            _ value: JSON?, at path: String, _ names: [String], optional: Set<String> = []
        ) throws(PriceDocumentError) {
            guard let values = value?.object else { throw PriceDocumentError(path: path, message: "must be an object") }
            self.values = values
            self.path = path
            if let unknown = values.keys.filter({ !names.contains($0) }).sorted().first {
                throw PriceDocumentError(
                    path: at(unknown.excerpt), message: "is unknown; supported are \(names.joined(separator: ", "))")
            }
            if let missing = names.first(where: { values[$0] == nil && !optional.contains($0) }) {
                throw PriceDocumentError(path: at(missing), message: "is required")
            }
        }

        func at(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

        subscript(name: String) -> JSON? { values[name] }

        func members(
            _ name: String, _ names: [String], optional: Set<String> = []
        ) throws(PriceDocumentError) -> Members {
            try Members(values[name], at: at(name), names, optional: optional)
        }

        func integer(_ name: String, in range: ClosedRange<Int64>) throws(PriceDocumentError) -> Int64 {
            guard let value = values[name]?.integer, range.contains(value) else {
                throw PriceDocumentError(
                    path: at(name), message: "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return value
        }

        func hundredths(_ name: String) throws(PriceDocumentError) -> Int64 {
            try integer(name, in: 0...PriceList.Document.mostHundredths)
        }

        func multiplier(_ name: String) throws(PriceDocumentError) -> Multiplier {
            try PriceList.Document.checkMultiplier(values[name]?.integer, at: at(name))
        }
    }
}

extension PriceList.Document.Image {
    private static let mostSteps = 20

    fileprivate init(checking image: PriceList.Document.Members) throws(PriceDocumentError) {
        base = try image.hundredths("base")
        factor = try image.multiplier("factor")
        second = try image["second"] == nil ? nil : image.multiplier("second")
        resolutions = try Self.resolutions(image)
        qualities = try Self.qualities(image)
    }

    private static func resolutions(
        _ image: PriceList.Document.Members
    ) throws(PriceDocumentError) -> [PriceList.Document.Resolution] {
        let path = image.at("resolutions")
        guard let list = image["resolutions"]?.array, (1...mostSteps).contains(list.count) else {
            throw PriceDocumentError(path: path, message: "must be a list of 1 to \(mostSteps) steps")
        }
        var steps: [PriceList.Document.Resolution] = []
        for (index, item) in list.enumerated() {
            let step = try PriceList.Document.Members(item, at: "\(path).\(index)", ["upTo", "multiplier"])
            let upTo = Int(try step.integer("upTo", in: 1...100_000))
            if let last = steps.last, upTo <= last.upTo {
                throw PriceDocumentError(
                    path: step.at("upTo"), message: "must be greater than the previous step's, which is \(last.upTo)")
            }
            steps.append(PriceList.Document.Resolution(upTo: upTo, multiplier: try step.multiplier("multiplier")))
        }
        return steps
    }

    private static func qualities(
        _ image: PriceList.Document.Members
    ) throws(PriceDocumentError) -> [String: Multiplier] {
        let path = image.at("qualities")
        guard let members = image["qualities"]?.object, (1...mostSteps).contains(members.count) else {
            throw PriceDocumentError(path: path, message: "must be an object with 1 to \(mostSteps) qualities")
        }
        var qualities: [String: Multiplier] = [:]
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            guard (1...40).contains(name.utf8.count) else {
                throw PriceDocumentError(path: path, message: "has a quality whose name does not have 1 to 40 bytes")
            }
            qualities[name] = try PriceList.Document.checkMultiplier(value.integer, at: "\(path).\(name)")
        }
        return qualities
    }
}
