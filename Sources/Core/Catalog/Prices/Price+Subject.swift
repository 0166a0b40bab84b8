import SQL

extension Price {
    /// What is priced, in the terms of its formula. Complexity and count are separate.
    package enum Subject: Sendable, Hashable {
        /// - Parameters:
        ///   - longerSide: In pixels.
        ///   - seconds: Of a film; nothing for a picture.
        case image(longerSide: Int, quality: String, seconds: Int? = nil)
        case training(images: Int)
        case refinement(iteration: Int)

        package var formula: Formula {
            switch self {
            case .image: .image
            case .training: .training
            case .refinement: .refinement
            }
        }
    }
}

extension Price.Subject: Encodable {
    private enum Name: CodingKey {
        case longerSide, quality, seconds, images, iteration
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        switch self {
        case .image(let longerSide, let quality, let seconds):
            try container.encode(longerSide, forKey: .longerSide)
            try container.encode(quality, forKey: .quality)
            try container.encodeIfPresent(seconds, forKey: .seconds)
        case .training(let images): try container.encode(images, forKey: .images)
        case .refinement(let iteration): try container.encode(iteration, forKey: .iteration)
        }
    }

    /// The subject as it was stored with a price. The first prices of pictures were stored without it: their factors'
    /// labels say as much.
    init(_ stored: JSON?, _ formula: Price.Formula, _ factors: [Price.Factor]) throws(DatabaseError) {
        func number(_ name: String) throws(DatabaseError) -> Int {
            guard let number = stored?[name]?.integer else {
                throw DatabaseError(.decoding, "a stored price has no '\(name)'")
            }
            return Int(number)
        }
        switch formula {
        case .image where stored == nil:
            let labels = Dictionary(factors.map { ($0.name, $0.label ?? "") }, uniquingKeysWith: { first, _ in first })
            guard let side = labels["resolution"]?.split(separator: " ").last.flatMap({ Int($0) }),
                let quality = labels["quality"]
            else {
                throw DatabaseError(.decoding, "a stored price has no subject")
            }
            self = .image(longerSide: side, quality: quality)
        case .image:
            self = .image(
                longerSide: try number("longerSide"), quality: stored?["quality"]?.string ?? "",
                seconds: stored?["seconds"]?.integer.map { Int($0) })
        case .training: self = .training(images: try number("images"))
        case .refinement: self = .refinement(iteration: try number("iteration"))
        }
    }
}
