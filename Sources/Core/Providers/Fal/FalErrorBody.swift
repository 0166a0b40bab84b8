/// fal's body of an error, in both its shapes: the queue's, `{"detail": "…", "error_type": "…"}`, and a model's,
/// `{"detail": [{"loc": …, "msg": …, "type": …}]}`.
package struct FalErrorBody: Error, Sendable, Hashable {
    package enum Detail: Sendable, Hashable {
        case text(String)
        case list([FalErrorDetail])
    }

    package let detail: Detail
    /// In the flat shape only. It comes as a header too, which counts if the body has none.
    package let errorType: String?

    package init(_ text: String, errorType: String? = nil) {
        detail = .text(text)
        self.errorType = errorType
    }

    package init(_ details: [FalErrorDetail]) {
        detail = .list(details)
        errorType = nil
    }

    /// fal's own message, for the attempt and the log.
    package var message: String {
        switch detail {
        case .text(let text): text
        case .list(let details):
            details.map { ($0.field.map { "\($0): " } ?? "") + $0.message }.joined(separator: "; ")
        }
    }

    /// Returns nil unless there is a `detail` that says something. Whatever else has another form is left out.
    package init?(json: JSON) {
        switch json["detail"] {
        case .string(let text):
            self.init(text, errorType: json["error_type"]?.string)
        case .array(let elements):
            let details = elements.compactMap { FalErrorDetail(json: $0) }
            guard !details.isEmpty else { return nil }
            self.init(details)
        case .object(let members):
            guard !members.isEmpty, let detail = FalErrorDetail(json: .object(members)) else { return nil }
            self.init([detail])
        default:
            return nil
        }
    }

    /// Every name of an error that the body carries, `content_policy_violation` for example.
    package var types: [String] {
        switch detail {
        case .text: errorType.map { [$0] } ?? []
        case .list(let details): details.map(\.type)
        }
    }
}

extension JSON {
    /// What a member such as `error` says, in whatever form; nil if it says that there is none.
    var errorText: String? {
        switch self {
        case .null, .bool(false), "": nil
        case .string(let text): text
        default: text
        }
    }
}

extension FalErrorBody: Codable {
    private enum CodingKeys: String, CodingKey {
        case detail
        case errorType = "error_type"
    }

    package init(from decoder: any Decoder) throws {
        guard let body = FalErrorBody(json: try JSON(from: decoder)) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "there is no detail"))
        }
        self = body
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch detail {
        case .text(let text): try container.encode(text, forKey: .detail)
        case .list(let details): try container.encode(details, forKey: .detail)
        }
        try container.encodeIfPresent(errorType, forKey: .errorType)
    }
}
