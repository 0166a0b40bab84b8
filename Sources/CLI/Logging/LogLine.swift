import Core
import Foundation
import Logging

/// One event of the log. Neither form ever has a line break inside, whatever a client put into a value.
struct LogLine {
    let time: Instant
    let level: Logger.Level
    let message: String
    let fields: Logger.Metadata

    /// `2026-11-27T18:20:03.123Z warning attempt failed code=provider_busy reason="try again in 5 s"`
    var text: String {
        let fields = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }
        return "\(time.text) \(level) \(Self.onOneLine(message))\(fields.joined())"
    }

    /// An object with `time`, `level`, `message`, and the event's fields beside them.
    var json: String {
        var members = fields.mapValues(\.json)
        members["time"] = .string(time.text)
        members["level"] = .string(level.rawValue)
        members["message"] = .string(message)
        return JSON.object(members).text
    }

    /// As it is where it can be told from its neighbors; in quotation marks otherwise.
    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.unicodeScalars.allSatisfy { scalar in
            scalar.value > 0x20 && scalar.value != 0x7F && !["\"", "=", "\\"].contains(scalar)
                && !scalar.properties.isWhitespace
        }
        return isPlain ? value : JSON.string(value).text
    }

    private static func onOneLine(_ message: String) -> String {
        let isPlain = message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        return isPlain ? message : JSON.string(message).text
    }
}

extension Logger.MetadataValue {
    fileprivate var json: JSON {
        switch self {
        case .string(let text): .string(text)
        case .stringConvertible(let value): (value as? any BinaryInteger).flatMap { Int64(exactly: $0) }
            .map { .integer($0) } ?? .string("\(value)")
        case .array(let values): .array(values.map(\.json))
        case .dictionary(let members): .object(members.mapValues(\.json))
        }
    }
}
