import Core
import Foundation
import Logging

#if canImport(Glibc)
import Glibc
#endif

/// Writes each event as one line to standard error, in one piece, so that lines of several processes do not mix.
struct LineLogHandler: LogHandler {
    var logLevel = Logger.Level.info
    var metadata = Logger.Metadata()
    var metadataProvider: Logger.MetadataProvider?
    private let format: LogSettings.Format
    private let now: @Sendable () -> Instant
    private let write: @Sendable (String) -> Void

    init(
        _ format: LogSettings.Format, now: @escaping @Sendable () -> Instant = Time.system.now,
        write: @escaping @Sendable (String) -> Void = { writeToStandardError($0) }
    ) {
        self.format = format
        self.now = now
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
        if let own = event.metadata { fields.merge(own) { $1 } }
        if let error = event.error { fields["error"] = "\(error)" }
        let line = LogLine(time: now(), level: event.level, message: event.message.description, fields: fields)
        write((format == .json ? line.json : line.text) + "\n")
    }
}

private func writeToStandardError(_ line: String) {
    var rest = ArraySlice(line.utf8)
    while !rest.isEmpty {
        let written = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
        // A log that nobody can take is no reason to stop.
        guard written > 0 || written < 0 && errno == EINTR else { return }
        rest = rest.dropFirst(max(written, 0))
    }
}
