/// What InvokeAI writes, in JSON.
enum InvokeAISettings {
    static func read(_ text: String) -> PictureSettings? {
        guard let json = parsed(text), let prompt = json["positive_prompt"]?.string else { return nil }
        var settings = PictureSettings(.invokeai, raw: text)
        settings.prompt = prompt.storable
        settings.negativePrompt = json["negative_prompt"]?.string?.storable
        settings.sampler = json["scheduler"]?.string?.storable
        settings.model = (json["model"]?["name"] ?? json["model"]?["model_name"])?.string?.storable
        fill(&settings, json)
        return settings
    }

    /// Of versions before 3, under another key.
    static func readOld(_ text: String) -> PictureSettings? {
        guard let json = parsed(text), let image = json["image"] else { return nil }
        var settings = PictureSettings(.invokeai, raw: text)
        let prompts = image["prompt"]?.array?.compactMap { $0["prompt"]?.string }
        guard let prompt = prompts?.joined(separator: " ") ?? image["prompt"]?.string else { return nil }
        settings.prompt = prompt.storable
        settings.sampler = image["sampler"]?.string?.storable
        settings.model = (json["model_weights"] ?? json["model"])?.string?.storable
        fill(&settings, image)
        return settings
    }

    private static func parsed(_ text: String) -> JSON? {
        text.utf8.count <= PNGText.limit ? try? JSON(tolerating: text.utf8) : nil
    }

    private static func fill(_ settings: inout PictureSettings, _ json: JSON) {
        settings.seed = json["seed"]?.integer
        settings.steps = json["steps"]?.integer.flatMap { Int(exactly: $0) }
        settings.guidance = json["cfg_scale"]?.number
        settings.width = json["width"]?.integer.flatMap { Int(exactly: $0) }
        settings.height = json["height"]?.integer.flatMap { Int(exactly: $0) }
    }
}
