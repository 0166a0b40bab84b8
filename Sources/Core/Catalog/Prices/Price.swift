import SQL

/// What a job costs and why. Every factor is stored with the job, so that its price can be recomputed, also for a part
/// of what was requested, whatever the catalog says by then. What was priced is stored too, so that any other version
/// can price the same.
package struct Price: Sendable, Hashable, Encodable {
    package enum Formula: String, Sendable, Codable, SQLConvertible {
        case image, training, refinement
    }

    package struct Factor: Sendable, Hashable, Encodable {
        package let name: String
        package let label: String?
        package let multiplier: Multiplier
    }

    package let version: Int
    package let formula: Formula
    package let subject: Subject
    package let base: Credits
    package let factors: [Factor]
    /// Added after the factors: a training's extra images.
    package let surcharge: Credits
    package let count: Int
    package let total: Credits

    init(
        version: Int, subject: Subject, base: Credits, factors: [Factor], surcharge: Credits = .zero, count: Int
    ) throws(PricingError) {
        self.version = version
        formula = subject.formula
        self.subject = subject
        self.base = base
        self.factors = factors
        self.surcharge = surcharge
        self.count = count
        total = try Price.total(base, factors, surcharge, count: count)
    }

    /// The price of `delivered` outputs out of those asked for, by the same version. Never more than the whole price.
    package func total(delivered: Int) -> Credits {
        guard delivered < count else { return total }
        do throws(PricingError) {
            return min(total, try Price.total(base, factors, surcharge, count: max(delivered, 0)))
        } catch {
            // At the edge of 128 bits a part can be out of range where the whole is not; then the part is its share of
            // the whole.
            return Credits(hundredths: Int64(Int128(total.hundredths) * Int128(max(delivered, 0)) / Int128(count)))
        }
    }

    /// What its stored parts come to, which is its total.
    var recomputed: Credits? {
        do throws(PricingError) { return try Price.total(base, factors, surcharge, count: count) } catch { return nil }
    }

    /// The factor that depends on the endpoint or the model.
    package var complexity: Multiplier { factors.first { $0.name == Factor.complexity }?.multiplier ?? .one }

    /// A price's product and its surcharge are each less than this, in hundredths: a billion credits. So the prices of
    /// any list of jobs have a sum.
    static let most: Int64 = 100_000_000_000

    private static func total(
        _ base: Credits, _ factors: [Factor], _ surcharge: Credits, count: Int
    ) throws(PricingError) -> Credits {
        var product = Fraction(Int128(base.hundredths) * Int128(count))
        for factor in factors {
            guard let next = product.multiplied(by: factor.multiplier.fraction) else { throw .outOfRange }
            product = next
        }
        guard let hundredths = product.rounded, hundredths.magnitude < most else { throw .outOfRange }
        return count == 0 ? .zero : Credits(hundredths: hundredths) + surcharge
    }
}

extension Price.Factor {
    static let complexity = "complexity"
}

extension Price {
    /// The price as it was stored with a job. Decoded by hand, since it is read with every job, and a decoder takes
    /// longer than the database.
    init(_ stored: JSON) throws(DatabaseError) {
        guard let version = stored["version"]?.integer, let formula = stored["formula"]?.string.flatMap(Formula.init),
            let base = stored["base"].flatMap(Credits.init(json:)),
            let surcharge = stored["surcharge"].flatMap(Credits.init(json:)),
            let count = stored["count"]?.integer, let total = stored["total"].flatMap(Credits.init(json:)),
            let factors = stored["factors"]?.array
        else { throw DatabaseError(.decoding, "a stored price is not readable") }
        self.version = Int(version)
        self.formula = formula
        self.base = base
        self.surcharge = surcharge
        self.count = Int(count)
        self.total = total
        self.factors = try factors.map { factor throws(DatabaseError) in try Factor(factor) }
        subject = try Subject(stored["subject"], formula, self.factors)
    }
}

extension Price.Factor {
    fileprivate init(_ stored: JSON) throws(DatabaseError) {
        guard let name = stored["name"]?.string, let multiplier = stored["multiplier"]?.integer else {
            throw DatabaseError(.decoding, "a stored price factor is not readable")
        }
        self.init(name: name, label: stored["label"]?.string, multiplier: Multiplier(rawValue: multiplier))
    }
}

extension Credits {
    /// A number with at most two decimals.
    package init?(json: JSON) {
        switch json {
        case .integer(let whole): self.init(text: String(whole))
        case .decimal(let decimal): self.init(text: "\(decimal)")
        default: return nil
        }
    }
}
