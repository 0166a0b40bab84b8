/// One complaint of a model about its input, or about what it made of it.
package struct FalErrorDetail: Sendable, Hashable {
    /// The way to the fault: `["body", "image_size", "width"]`. A part can be an index.
    package let location: [JSON]
    package let message: String
    package let type: String
    /// What the rule compares with: `{"max_size": 10485760}`, for example.
    package let context: JSON?
    package let url: String?

    package init(_ type: String, _ message: String, at location: [JSON], context: JSON? = nil) {
        self.location = location
        self.message = message
        self.type = type
        self.context = context
        url = type.contains("_type") || type == "missing" ? nil : "https://docs.fal.ai/errors#\(type)"
    }

    /// The input's member at fault.
    package var field: String? {
        let names = location.compactMap(\.string)
        return names.first == "body" ? names.dropFirst().first : names.first
    }
}

extension FalErrorDetail: Codable {
    private enum CodingKeys: String, CodingKey {
        case url, type
        case location = "loc"
        case message = "msg"
        case context = "ctx"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        location = (try? container.decode([JSON].self, forKey: .location)) ?? []
        message = try container.decodeIfPresent(String.self, forKey: .message) ?? ""
        type = try container.decodeIfPresent(String.self, forKey: .type) ?? ""
        context = try container.decodeIfPresent(JSON.self, forKey: .context)
        url = try container.decodeIfPresent(String.self, forKey: .url)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(location, forKey: .location)
        try container.encode(message, forKey: .message)
        try container.encode(type, forKey: .type)
        try container.encodeIfPresent(context, forKey: .context)
        try container.encodeIfPresent(url, forKey: .url)
    }
}
