import ArgumentParser
import Foundation
import Logging

/// Flags that several commands take. Each is a setting as well: `--data` is `DARKROOM_DATA`.
struct CommonOptions: ParsableArguments {
    @Option(help: "The folder for the database, files and secrets. Default: ./data")
    var data: String?

    @Option(
        name: .customLong("log-level"),
        help: "The log level: trace, debug, info, notice, warning, error or critical. Default: info")
    var logLevel: String?

    var flags: [String: String] {
        ["data": data, "log.level": logLevel].compactMapValues { $0 }
    }
}

extension Logger {
    /// To standard error, so that standard output has a command's result alone.
    static func darkroom(_ level: String) -> Logger {
        var logger = Logger(label: "darkroom") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = Logger.Level(rawValue: level) ?? .info
        return logger
    }
}

/// A line on standard output.
func say(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
}

/// A line on standard error.
func complain(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
}
