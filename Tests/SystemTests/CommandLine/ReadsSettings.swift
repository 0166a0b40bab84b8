@testable import CLI

/// A suite that reads settings as it gives them, without an environment.
protocol ReadsSettings {}

extension ReadsSettings {
    func read(_ values: [String: String]) throws -> Settings {
        try Settings.read(SettingsReader(values: values))
    }

    /// All that is wrong with them.
    func problems(_ values: [String: String]) -> [String] {
        do {
            _ = try read(values)
            return []
        } catch {
            return (error as? SettingsProblems)?.problems ?? ["\(error)"]
        }
    }
}
