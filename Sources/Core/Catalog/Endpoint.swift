import Foundation
import SQL

/// A provider's id of a model, such as `fal-ai/flux/schnell`.
package struct EndpointID: Sendable, Hashable, Codable, RawRepresentable, SQLConvertible, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package var description: String { rawValue }
}

/// Who makes images. The name is stored on jobs and attempts.
package struct ProviderName: Sendable, Hashable, Codable, RawRepresentable, SQLConvertible, ExpressibleByStringLiteral,
    CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package init(stringLiteral value: String) {
        rawValue = value
    }

    package var description: String { rawValue }

    package static let fal: ProviderName = "fal"
    /// The built-in emulator of fal.
    package static let sandbox: ProviderName = "sandbox"
}

/// A model at a provider: which kind it serves, its complexity, what is sent to it and what it costs us.
package struct Endpoint: Sendable, Hashable {
    package enum CostUnit: String, Sendable, SQLConvertible {
        case image, megapixel, second, request
    }

    package let id: EndpointID
    package let kind: KindName
    package let provider: ProviderName
    package let title: String
    package let complexity: Multiplier
    /// What is sent, with `"{parameter}"` in place of each parameter. A parameter that the job does not have leaves its
    /// member out.
    package let request: JSON
    let costUnit: CostUnit
    /// In micro-dollars per unit.
    package let cost: MicroDollars

    /// The names of the parameters that reach the provider.
    var parametersSent: Set<String> { request.placeholders }

    /// The provider's input for a job's parameters.
    package func input(_ parameters: [String: JSON]) -> JSON {
        request.filled(with: parameters) ?? .object([:])
    }

    /// A provider's message about its input, with our names of the members that it is about: nobody sent `image_url`.
    ///
    /// - Parameter message: Complaints behind the names of members, as in `image_url: too large; prompt: too long`.
    func inOurNames(_ message: String) -> String {
        let complaints = message.components(separatedBy: "; ").map { complaint in
            guard let end = complaint.range(of: ": "),
                let name = parameter(behind: String(complaint[..<end.lowerBound]))
            else { return complaint }
            return name + complaint[end.lowerBound...]
        }
        return complaints.joined(separator: "; ")
    }

    /// The parameter that a member of the request is made from; nil unless it is one alone.
    private func parameter(behind member: String) -> String? {
        let names = request[member]?.placeholders ?? []
        // Computed from the resolution.
        return names == ["width", "height"] ? "resolution" : names.count == 1 ? names.first : nil
    }

    /// What this many outputs of a size will cost us, in micro-dollars; megapixels are rounded up, as fal bills them.
    func expectedCost(outputs: Int, width: Int?, height: Int?, seconds: Int? = nil) -> MicroDollars {
        let outputs = Int64(outputs)
        switch costUnit {
        case .image: return cost * outputs
        case .megapixel:
            return cost * outputs * max(1, (Int64(width ?? 1024) * Int64(height ?? 1024) + 999_999) / 1_000_000)
        case .second: return cost * outputs * Int64(seconds ?? 1)
        case .request: return cost
        }
    }
}

extension JSON {
    fileprivate var placeholder: String? {
        guard case .string(let text) = self, text.hasPrefix("{"), text.hasSuffix("}") else { return nil }
        return String(text.dropFirst().dropLast())
    }

    fileprivate var placeholders: Set<String> {
        switch self {
        case .object(let members): members.values.reduce(into: []) { $0.formUnion($1.placeholders) }
        case .array(let elements): elements.reduce(into: []) { $0.formUnion($1.placeholders) }
        default: placeholder.map { [$0] } ?? []
        }
    }

    fileprivate func filled(with parameters: [String: JSON]) -> JSON? {
        switch self {
        case .object(let members):
            let filled = members.compactMapValues { $0.filled(with: parameters) }
            return filled.isEmpty && !members.isEmpty ? nil : .object(filled)
        case .array(let elements):
            return .array(elements.compactMap { $0.filled(with: parameters) })
        default:
            guard let placeholder else { return self }
            return parameters[placeholder]
        }
    }
}
