/// What the XMP of a file says about how it was made. Nothing vouches for it: who changes a file can write anything.
package struct FileMarks: Sendable, Hashable {
    /// The term of IPTC's list, such as `trainedAlgorithmicMedia`.
    package var digitalSourceType: String?
    /// The model, with its version if that is said.
    package var system: String?
    /// The program.
    package var tool: String?
    package var createdAt: Instant?

    package static let none = FileMarks()

    private static let textLimit = 200

    /// For people to read: one line, and not long. Nil if that is empty.
    static func text(_ text: String?) -> String? {
        let text = (text ?? "").onOneLine.beginning(bytes: textLimit)
        return text.allSatisfy { $0 == " " } ? nil : text
    }
}

extension FileMarks {
    init(xmp packet: ArraySlice<UInt8>?) {
        guard let packet else { return }
        let scan = XMPScan(packet)
        digitalSourceType = SourceTerm.of(scan[.sourceType] ?? scan[.oldSourceType])
        system = Self.text([scan[.system], scan[.systemVersion]].compactMap { $0 }.joined(separator: " "))
        tool = Self.text(scan[.tool])
        createdAt = scan[.created].flatMap { Instant(text: $0) }
    }
}

/// A term of the lists of source types, without its list.
enum SourceTerm {
    private static let lists = [
        "http://cv.iptc.org/newscodes/digitalsourcetype/", "https://cv.iptc.org/newscodes/digitalsourcetype/",
        "http://c2pa.org/digitalsourcetype/",
    ]

    /// Returns nil unless the address is in one of the lists.
    static func of(_ address: String?) -> String? {
        guard let address, let list = lists.first(where: { address.hasPrefix($0) }) else { return nil }
        let term = address.dropFirst(list.count)
        guard (1...64).contains(term.utf8.count), term.utf8.allSatisfy({ (65...90).contains($0 & 0xDF) }) else {
            return nil
        }
        return String(term)
    }
}
