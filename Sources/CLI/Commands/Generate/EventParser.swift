/// One event of a stream.
struct ServerEvent: Sendable, Equatable {
    var id: String?
    var name = "message"
    var data = ""
}

/// Reads Server-Sent Events from parts that break anywhere. An event that is longer than any of a Darkroom server's is
/// dropped: it would be cut off, and would fill the memory.
struct EventParser {
    private static let longest = 1 << 20

    private var line: [UInt8] = []
    private var event = ServerEvent()
    private var hasData = false
    private var isTooLong = false
    private var endedWithReturn = false

    mutating func feed(_ bytes: some Sequence<UInt8>) -> [ServerEvent] {
        var events: [ServerEvent] = []
        for byte in bytes {
            defer { endedWithReturn = byte == UInt8(ascii: "\r") }
            switch byte {
            case UInt8(ascii: "\n") where endedWithReturn: break
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                if let event = endLine() { events.append(event) }
            default:
                if line.count < Self.longest { line.append(byte) } else { isTooLong = true }
            }
        }
        return events
    }

    private mutating func endLine() -> ServerEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else { return endEvent() }
        let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        var value = parts.count > 1 ? parts[1] : []
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        read(String(decoding: parts[0], as: UTF8.self), String(decoding: value, as: UTF8.self))
        return nil
    }

    private mutating func read(_ field: String, _ value: String) {
        switch field {
        case "id": event.id = value
        case "event": event.name = value
        case "data":
            guard event.data.utf8.count + value.utf8.count < Self.longest else { return isTooLong = true }
            if hasData { event.data += "\n" }
            event.data += value
            hasData = true
        // A comment, the time to wait before coming again, or what a later version says.
        default: break
        }
    }

    private mutating func endEvent() -> ServerEvent? {
        defer {
            event = ServerEvent()
            (hasData, isTooLong) = (false, false)
        }
        return hasData && !isTooLong ? event : nil
    }
}
