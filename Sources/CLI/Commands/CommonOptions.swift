import ArgumentParser
import Foundation

/// Flags that several commands take. Each is a setting as well: `--data` is `DARKROOM_DATA`.
struct CommonOptions: ParsableArguments {
    @Option(help: "The folder for the database, files and secrets. Default: ./data")
    var data: String?

    @Option(
        name: .customLong("log-level"),
        help: "The log level: trace, debug, info, notice, warning, error or critical. Default: info")
    var logLevel: String?

    @Option(name: .customLong("log-format"), help: "text or json. Default: text")
    var logFormat: String?

    var flags: [String: String] {
        ["data": data, "log.level": logLevel, "log.format": logFormat].compactMapValues { $0 }
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
