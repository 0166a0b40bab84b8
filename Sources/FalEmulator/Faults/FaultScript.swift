/// The faults that befall one request, each with its number where it has one.
package struct FaultScript: Sendable, Hashable, CustomStringConvertible {
    private var counts: [Fault: Int?] = [:]

    package init() {}

    /// What a prompt holds, as in `a red dress, sandbox:slow=5 sandbox:webhook-lost`. A name that is no fault is passed over.
    package init(prompt: String) {
        for part in prompt.split(separator: "sandbox:", omittingEmptySubsequences: false).dropFirst() {
            add(String(part.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "=") }))
        }
    }

    /// A list as in `slow=5, webhook-lost`, of a header or a setting. Nothing where a name is no fault.
    package init?(list: String) {
        for part in list.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            let name = part.hasPrefix("sandbox:") ? String(part.dropFirst("sandbox:".count)) : String(part)
            guard add(name) else { return nil }
        }
    }

    package var isEmpty: Bool { counts.isEmpty }

    package func has(_ fault: Fault) -> Bool { counts[fault] != nil }

    /// The fault's number, given or usual; nothing where there is neither, or no such fault here.
    package func count(of fault: Fault) -> Int? {
        counts[fault].flatMap { $0 ?? fault.defaultCount }
    }

    package mutating func merge(_ other: FaultScript) {
        counts.merge(other.counts) { _, later in later }
    }

    /// In the form of a list.
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
