/// The keys of a PNG's texts that settings are read from.
enum SettingsKey: String, Sendable, CaseIterable {
    /// Our own: see `SettingsText`.
    case darkroom
    /// Of AUTOMATIC1111 and those that write as it does.
    case parameters
    case invokeAI = "invokeai_metadata"
    /// Of earlier versions of InvokeAI.
    case oldInvokeAI = "sd-metadata"
}
