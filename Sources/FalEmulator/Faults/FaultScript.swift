/// The faults of one request, each with its number if it has one.
package struct FaultScript: Sendable, Hashable, CustomStringConvertible {
    private var counts: [Fault: Int?] = [:]

    package init() {}

    /// Reads the faults of a prompt such as `a red dress, sandbox:slow=5 sandbox:webhook-lost`. Ignores unknown names.
    init(prompt: String) {
        for part in prompt.split(separator: "sandbox:", omittingEmptySubsequences: false).dropFirst() {
            add(String(part.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "=") }))
        }
    }

    /// Reads a list such as `slow=5, webhook-lost`, from a header or a setting. Returns nil if a name is not a fault.
    package init?(list: String) {
        for part in list.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            let name = part.hasPrefix("sandbox:") ? String(part.dropFirst("sandbox:".count)) : String(part)
            guard add(name) else { return nil }
        }
    }

    var isEmpty: Bool { counts.isEmpty }

    func has(_ fault: Fault) -> Bool { counts[fault] != nil }

    /// The fault's number, given or default; nil if it has neither, or is not in the script.
    func count(of fault: Fault) -> Int? {
        counts[fault].flatMap { $0 ?? fault.defaultCount }
    }

    mutating func merge(_ other: FaultScript) {
        counts.merge(other.counts) { _, later in later }
    }

    /// As a list, which `init(list:)` reads.
    package var description: String {
        counts.map { fault, count in fault.rawValue + (count.map { "=\($0)" } ?? "") }.sorted().joined(separator: ",")
    }

    @discardableResult
    private mutating func add(_ text: String) -> Bool {
        let parts = text.split(separator: "=", maxSplits: 1)
        guard let name = parts.first, let fault = Fault(rawValue: String(name)) else { return false }
        guard parts.count > 1 else {
            counts[fault] = .some(nil)
            return true
        }
        guard let count = Int(parts[1]), (0...86_400).contains(count) else { return false }
        counts[fault] = count
        return true
    }
}
