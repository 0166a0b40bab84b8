@testable import Core
import Testing

/// What a packet says, and what it never says.
struct ProvenancePacketTests {
    private func text(_ packet: ProvenancePacket) -> String { String(decoding: packet.bytes, as: UTF8.self) }

    private var full: ProvenancePacket {
        var packet = ProvenancePacket(.composite)
        packet.system = "FLUX.1 [dev]"
        packet.systemVersion = "1.0"
        packet.tool = "Darkroom 1.2"
        packet.createdAt = Instant(seconds: 1_795_770_000)
        packet.documentID = "7f0e6c54-5f1c-4e7a-9d7e-111111111111"
        return packet
    }

    @Test func `it says the term, the system, the tool, the date and the id`() {
        let text = text(full)

        let uri = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
        for part in [
            "Iptc4xmpExt:DigitalSourceType=\"\(uri)\"", "Iptc4xmpExt:AISystemUsed=\"FLUX.1 [dev]\"",
            "Iptc4xmpExt:AISystemVersionUsed=\"1.0\"", "xmp:CreatorTool=\"Darkroom 1.2\"",
            "xmp:CreateDate=\"2026-11-27T09:00:00.000Z\"",
            "xmpMM:DocumentID=\"uuid:7f0e6c54-5f1c-4e7a-9d7e-111111111111\"",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(!text.contains("AIPromptInformation"))
        #expect(text.hasPrefix("<?xpacket begin=\"\u{FEFF}\"") && text.hasSuffix("<?xpacket end=\"r\"?>"))
    }

    @Test func `what is not known is left out, with the namespaces that only it needs`() {
        let text = text(ProvenancePacket(.created))

        #expect(text.contains("/trainedAlgorithmicMedia\""))
        for name in ["AISystem", "xmp:", "xmpMM", "Prompt", "CreateDate"] { #expect(!text.contains(name), "\(name)") }
        #expect(text.utf8.count < 500, "a thumbnail has one")
    }

    @Test func `markup is escaped, and what XML cannot hold is left out`() {
        var packet = full
        packet.system = "a<b>&\"c\"\u{0}\u{1B}\u{7F}\u{FFFE}\u{85}\tä"
        packet.prompt = "one\r\ntwo\n</rdf:RDF><script>'\u{1}"

        let text = text(packet)

        #expect(text.contains("AISystemUsed=\"a&lt;b&gt;&amp;&quot;c&quot;&#9;ä\""))
        #expect(text.contains(
            "Iptc4xmpExt:AIPromptInformation=\"one&#10;two&#10;&lt;/rdf:RDF&gt;&lt;script&gt;'\""))
        #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
        #expect(text.split(separator: "<").count == 7, "no element more than those of the packet")
    }

    @Test(arguments: ["a", "ä", "<", "👩‍👩‍👧", "\n"])
    func `a long prompt is cut between characters, within eight kilobytes`(character: Character) throws {
        var packet = full
        packet.prompt = String(repeating: character, count: 9000)

        let text = text(packet)

        #expect((8_100...ProvenancePacket.limit).contains(text.utf8.count))
        let begin = try #require(text.firstRange(of: "AIPromptInformation=\"")?.upperBound)
        let value = text[begin...].prefix { $0 != "\"" }
        let piece = ProvenancePacket.escaped(String(character), limit: 100)
        #expect(value == String(repeating: piece, count: value.utf8.count / piece.utf8.count))
    }

    @Test func `a long name is cut as well`() {
        var packet = full
        packet.system = String(repeating: "x", count: 100_000)
        #expect(packet.bytes.count < 1_500)
    }

    @Test func `a clean upload keeps such a packet`() {
        #expect(XMPPacket.isClean(full.bytes))
    }

    @Test(arguments: [
        ("text_to_image", "fal", "trainedAlgorithmicMedia"), ("text_to_video", "fal", "trainedAlgorithmicMedia"),
        ("image_to_video", "fal", "trainedAlgorithmicMedia"),
        ("style_transfer", "fal", "compositeWithTrainedAlgorithmicMedia"),
        ("inpaint", "fal", "compositeWithTrainedAlgorithmicMedia"),
        ("background_removal", "fal", "algorithmicallyEnhanced"), ("upscale", "fal", "algorithmicallyEnhanced"),
        ("text_to_image", "sandbox", "algorithmicMedia"), ("style_transfer", "sandbox", "algorithmicMedia"),
    ])
    func `the term follows from what the kind does, and the sandbox trains nothing`(
        kind: String, provider: String, term: String
    ) {
        let type = SourceType(of: KindName(rawValue: kind), by: ProviderName(rawValue: provider))
        #expect(type.term == term)
        #expect(type.uri == "http://cv.iptc.org/newscodes/digitalsourcetype/\(term)")
    }

    @Test func `a file's own term is found, and nothing that is none`() {
        #expect(SourceType(foundIn: [1, 2] + full.bytes + [3]) == .composite)
        #expect(SourceType(foundIn: []) == nil)
        #expect(SourceType(foundIn: Array("http://cv.iptc.org/newscodes/".utf8)) == nil)
        #expect(SourceType(foundIn: Array(SourceType.prefix.utf8)) == nil)
        #expect(SourceType(foundIn: Array((SourceType.prefix + "<script>").utf8)) == nil)
        let long = SourceType.prefix + String(repeating: "a", count: 65)
        #expect(SourceType(foundIn: Array(long.utf8)) == nil)
    }
}
