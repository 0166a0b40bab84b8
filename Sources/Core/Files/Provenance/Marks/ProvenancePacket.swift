/// What a file says of its making, as a packet of XMP: for people, programs and laws that ask whether a model made it.
package struct ProvenancePacket: Sendable, Hashable {
    var sourceType: SourceType
    /// The model, by the name that the catalog gives it.
    var system: String?
    /// Only if it is known.
    var systemVersion: String?
    /// The program that asked the model, with its version.
    var tool: String?
    var createdAt: Instant?
    /// A UUID.
    var documentID: String?
    /// Only if who wrote it wants it told.
    var prompt: String?

    /// No packet has more bytes.
    static let limit = 8 << 10
    /// Of the name of a system or a tool.
    private static let nameLimit = 256
    private static let beginning = "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>"

    init(_ sourceType: SourceType) { self.sourceType = sourceType }

    /// At most `limit`. A prompt that does not fit is cut between two characters.
    var bytes: [UInt8] {
        let bare = text(nil)
        guard let prompt else { return Array(bare.utf8) }
        let frame = text("").utf8.count
        let escaped = Self.escaped(prompt, limit: max(0, Self.limit - frame))
        return Array((escaped.isEmpty ? bare : text(escaped)).utf8)
    }

    private func text(_ escapedPrompt: String?) -> String {
        let members: [(String, String?)] = [
            ("Iptc4xmpExt:DigitalSourceType", sourceType.uri),
            ("Iptc4xmpExt:AISystemUsed", system), ("Iptc4xmpExt:AISystemVersionUsed", systemVersion),
            ("xmp:CreatorTool", tool), ("xmp:CreateDate", createdAt?.text),
            ("xmpMM:DocumentID", documentID.map { "uuid:\($0)" }),
        ]
        var attributes = members.compactMap { name, value in
            value.map { "\n \(name)=\"\(Self.escaped($0, limit: Self.nameLimit))\"" }
        }
        if let escapedPrompt { attributes.append("\n Iptc4xmpExt:AIPromptInformation=\"\(escapedPrompt)\"") }
        let spaces = [
            ("Iptc4xmpExt", "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"), ("xmp", "http://ns.adobe.com/xap/1.0/"),
            ("xmpMM", "http://ns.adobe.com/xap/1.0/mm/"),
        ].filter { space, _ in attributes.contains { $0.hasPrefix("\n \(space):") } }
            .map { " xmlns:\($0)=\"\($1)\"" }
        return """
            \(Self.beginning)<x:xmpmeta xmlns:x="adobe:ns:meta/">\
            <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <rdf:Description rdf:about=""\(spaces.joined())\(attributes.joined())/></rdf:RDF></x:xmpmeta>\
            <?xpacket end="r"?>
            """
    }

    /// For the value of an attribute: characters that XML cannot hold are left out, and line ends are kept from being
    /// read as spaces.
    ///
    /// - Parameter limit: Bytes of the result.
    static func escaped(_ text: String, limit: Int) -> String {
        var (result, count) = ("", 0)
        for character in text {
            var piece = ""
            for scalar in character.unicodeScalars {
                switch scalar {
                case "&": piece += "&amp;"
                case "<": piece += "&lt;"
                case ">": piece += "&gt;"
                case "\"": piece += "&quot;"
                case "\t": piece += "&#9;"
                case "\n": piece += "&#10;"
                case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": continue
                default: piece.unicodeScalars.append(scalar)
                }
            }
            count += piece.utf8.count
            guard count <= limit else { return result }
            result += piece
        }
        return result
    }
}
