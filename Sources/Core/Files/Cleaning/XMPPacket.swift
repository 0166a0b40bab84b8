/// Decides whether a packet of XMP may stay, by the names of its elements and attributes. One name that is not listed
/// and the whole packet goes: its place, its camera's serial number, and the history of its edits with it.
enum XMPPacket {
    /// Who made it, whose it is, with which program, when, and that a model made it.
    private static let names: Set<String> = [
        "x:xmpmeta", "x:xmptk", "rdf:RDF", "rdf:Description", "rdf:about", "rdf:Alt", "rdf:Seq", "rdf:Bag", "rdf:li",
        "rdf:resource", "rdf:parseType", "xml:lang", "dc:rights", "dc:creator", "dc:title", "dc:format",
        "xmp:CreatorTool", "xmp:CreateDate", "xmp:ModifyDate", "xmp:MetadataDate", "xmpRights:Marked",
        "xmpRights:UsageTerms", "xmpRights:WebStatement", "xmpRights:Owner", "photoshop:Credit",
        "Iptc4xmpExt:DigitalSourceType", "Iptc4xmpExt:DigitalSourcefileType", "Iptc4xmpExt:AISystemUsed",
        "Iptc4xmpExt:AISystemVersionUsed", "plus:DataMining", "xmpMM:DocumentID",
    ]
    private static let limit = 64 << 10

    static func isClean(_ packet: [UInt8]) -> Bool {
        guard packet.count <= limit else { return false }
        var rest = packet[...]
        while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
            guard let end = rest[start...].firstIndex(of: UInt8(ascii: ">")) else { return false }
            let tag = rest[(start + 1)..<end]
            // A comment can hold anything, a declaration can rename anything.
            guard let kind = tag.first, kind != UInt8(ascii: "!") else { return false }
            if kind != UInt8(ascii: "?") {
                guard isClean(tag: tag) else { return false }
            } else if !tag.starts(with: Array("?xpacket".utf8)) && !tag.starts(with: Array("?xml ".utf8)) {
                return false
            }
            rest = rest[(end + 1)...]
        }
        // Nothing but blanks behind the last element, and nothing in another encoding.
        return packet.count != rest.count && !packet.contains(0)
            && rest.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    }

    /// A name, and attributes whose values are in quotes.
    private static func isClean(tag: ArraySlice<UInt8>) -> Bool {
        var text = String(decoding: tag, as: UTF8.self)[...]
        if text.hasPrefix("/") { text = text.dropFirst() }
        if text.hasSuffix("/") { text = text.dropLast() }
        let name = text.prefix { !$0.isWhitespace }
        guard names.contains(String(name)) else { return false }
        text = text.dropFirst(name.count).drop { $0.isWhitespace }
        while !text.isEmpty {
            let name = text.prefix { $0 != "=" && !$0.isWhitespace }
            text = text.dropFirst(name.count).drop { $0.isWhitespace }
            guard text.first == "=", names.contains(String(name)) || name.hasPrefix("xmlns:") else { return false }
            text = text.dropFirst().drop { $0.isWhitespace }
            guard let quote = text.first, quote == "\"" || quote == "'",
                let end = text.dropFirst().firstIndex(of: quote)
            else { return false }
            text = text[text.index(after: end)...].drop { $0.isWhitespace }
        }
        return true
    }
}
