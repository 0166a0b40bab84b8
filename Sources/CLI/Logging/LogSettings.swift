import Logging

/// What is written to the log, and in which form.
struct LogSettings: Sendable, Equatable {
    enum Format: String, Sendable, CaseIterable {
        /// One line an event, for people: time, level, message, `key=value`.
        case text
        /// One JSON object a line, for programs.
        case json
    }

    var level: Logger.Level
    var format: Format

    static let standard = LogSettings(level: .info, format: .text)
}

extension SettingsReader {
    mutating func log() -> LogSettings {
        LogSettings(
            level: choice("log.level") ?? LogSettings.standard.level,
            format: choice("log.format") ?? LogSettings.standard.format)
    }
}

extension Logger {
    /// To standard error, so that standard output has a command's result alone.
    static func darkroom(_ settings: LogSettings) -> Logger {
        var logger = Logger(label: "darkroom") { _ in LineLogHandler(settings.format) }
        logger.logLevel = settings.level
        return logger
    }
}
