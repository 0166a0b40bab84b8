package import Foundation

/// The settings that a picture was generated with, as it says them itself. Data from outside: nothing in it was checked
/// against a catalog, and nothing that it names is fetched.
package struct PictureSettings: Sendable, Hashable {
    package enum Source: String, Sendable, Hashable {
        case darkroom, automatic1111, invokeai
    }

    package let source: Source
    package var kind: String?
    package var endpoint: String?
    package var prompt: String?
    package var negativePrompt: String?
    package var seed: Int64?
    package var steps: Int?
    package var guidance: Decimal?
    package var sampler: String?
    package var width: Int?
    package var height: Int?
    package var model: String?
    /// Of our own: the other parameters of the job.
    package var parameters: [String: JSON]?
    /// The text as it is in the file.
    package let raw: String

    init(_ source: Source, raw: String) {
        self.source = source
        self.raw = raw.storable
    }
}

extension PictureSettings {
    /// Our own settings count first. Returns nil if there are none that are known.
    init?(_ found: FoundMetadata) {
        if let text = found.texts[.darkroom], let settings = PictureSettings(darkroom: text) {
            self = settings
        } else if let text = found.texts[.parameters], let settings = A1111Settings.read(text) {
            self = settings
        } else if let text = found.texts[.invokeAI], let settings = InvokeAISettings.read(text) {
            self = settings
        } else if let text = found.texts[.oldInvokeAI], let settings = InvokeAISettings.readOld(text) {
            self = settings
        } else if let exif = found.exif, let text = UserComment.read(exif), let settings = A1111Settings.read(text),
            settings.steps != nil
        {
            // Without steps it is what any camera or person wrote there.
            self = settings
        } else {
            return nil
        }
    }

    private init?(darkroom text: String) {
        guard let own = SettingsText.decode(text) else { return nil }
        self.init(.darkroom, raw: text)
        (kind, endpoint, prompt, seed) = (own.kind, own.endpoint, own.prompt, own.seed)
        parameters = own.parameters
        negativePrompt = own.parameters["negativePrompt"]?.string
        steps = own.parameters["steps"]?.integer.flatMap { Int(exactly: $0) }
        guidance = own.parameters["guidance"]?.number
        width = own.parameters["width"]?.integer.flatMap { Int(exactly: $0) }
        height = own.parameters["height"]?.integer.flatMap { Int(exactly: $0) }
    }
}

extension JSON {
    /// A number, with a fraction or without.
    var number: Decimal? {
        switch self {
        case .integer(let integer): Decimal(integer)
        case .decimal(let decimal): decimal
        default: nil
        }
    }
}
