/// Our own settings in a picture: the text of a PNG's `iTXt` with the key `darkroom`, in JSON. What a picture says came
/// from outside, whichever key it is under: it is shown, and never followed.
package struct SettingsText: Sendable, Hashable {
    package static let key = SettingsKey.darkroom.rawValue
    /// The most bytes that it has. A job with more is not written into its pictures.
    package static let limit = 16 << 10

    package var kind: String
    package var endpoint: String
    package var prompt: String?
    package var seed: Int64?
    /// As the job was asked for, without those above.
    package var parameters: [String: JSON]

    package init(
        kind: String, endpoint: String, prompt: String? = nil, seed: Int64? = nil, parameters: [String: JSON] = [:]
    ) {
        self.kind = kind
        self.endpoint = endpoint
        self.prompt = prompt
        self.seed = seed
        self.parameters = parameters
    }

    /// Returns nil if it would be longer than it may be.
    package func encode() -> String? {
        var members: [String: JSON] = [
            "kind": .string(kind), "endpoint": .string(endpoint), "parameters": .object(parameters),
        ]
        members["prompt"] = prompt.map { .string($0) }
        members["seed"] = seed.map { .integer($0) }
        let text = JSON.object(members).text
        return text.utf8.count <= Self.limit ? text : nil
    }

    /// Returns nil unless the text is as `encode` makes it. Members that are not known are ignored.
    package static func decode(_ text: String) -> SettingsText? {
        guard text.utf8.count <= limit, let json = try? JSON(parsing: text), json.pathOfNUL == nil,
            let kind = json["kind"]?.string, let endpoint = json["endpoint"]?.string
        else { return nil }
        return SettingsText(
            kind: kind, endpoint: endpoint, prompt: json["prompt"]?.string, seed: json["seed"]?.integer,
            parameters: json["parameters"]?.object ?? [:])
    }
}
