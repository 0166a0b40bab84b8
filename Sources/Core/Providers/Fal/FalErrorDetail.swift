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

extension FalErrorDetail {
    /// An object, or a text alone. Returns nil if it is neither.
    init?(json: JSON) {
        guard json.object != nil || json.string != nil else { return nil }
        location = json["loc"]?.array ?? []
        message = json.string ?? (json["msg"] ?? json["message"])?.errorText ?? ""
        type = json["type"]?.string ?? ""
        context = json["ctx"]
        url = json["url"]?.string
    }
}

extension FalErrorDetail: Encodable {
    private enum CodingKeys: String, CodingKey {
        case url, type
        case location = "loc"
        case message = "msg"
        case context = "ctx"
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
