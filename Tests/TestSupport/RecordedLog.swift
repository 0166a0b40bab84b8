package import Logging
import Synchronization

/// What a test's product logs, by default from warnings on.
package final class RecordedLog: Sendable {
    private let state = Mutex<[(level: Logger.Level, line: String)]>([])

    private let least: Logger.Level

    package init(from least: Logger.Level = .warning) {
        self.least = least
    }

    package var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    /// Each with its fields, sorted by name.
    package func lines(at level: Logger.Level) -> [String] {
        state.withLock { $0.filter { $0.level == level }.map { $0.line } }
    }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var logLevel: Logger.Level
        var metadata = Logger.Metadata()

        init(log: RecordedLog) {
            self.log = log
            logLevel = log.least
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            let line = (["\(event.message)"] + fields).joined(separator: " ")
            log.state.withLock { $0.append((event.level, line)) }
        }
    }
}
