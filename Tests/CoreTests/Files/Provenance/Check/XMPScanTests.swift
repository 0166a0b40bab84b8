@testable import Core
import TestSupport
import Testing

/// What is read of a packet of XMP.
struct XMPScanTests {
    private let ai = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

    private func marks(_ packet: String) -> FileMarks { FileMarks(xmp: Array(packet.utf8)[...]) }

    @Test func `marks are read as attributes, as elements and as resources`() {
        let attributes = marks("""
            <?xpacket begin=""?><x:xmpmeta><rdf:RDF><rdf:Description rdf:about='a > b'
              Iptc4xmpExt:DigitalSourceType="\(ai)" Iptc4xmpExt:AISystemUsed='FLUX &lt;dev&gt; &#38; &#x263A;'
              Iptc4xmpExt:AISystemVersionUsed="1.0" xmp:CreatorTool="Darkroom" xmp:CreateDate="2026-11-27T09:00:00Z"/>
            """)
        #expect(attributes.digitalSourceType == "trainedAlgorithmicMedia")
        #expect(attributes.system == "FLUX <dev> & ☺ 1.0" && attributes.tool == "Darkroom")
        #expect(attributes.createdAt == Instant(text: "2026-11-27T09:00:00Z"))

        let elements = marks("""
            <rdf:Description><Iptc4xmpExt:DigitalSourceType>\(ai)</Iptc4xmpExt:DigitalSourceType>
            <xmp:CreatorTool> Tool </xmp:CreatorTool></rdf:Description>
            """)
        #expect(elements.digitalSourceType == "trainedAlgorithmicMedia" && elements.tool == " Tool ")

        let resource = marks(#"<Iptc4xmpExt:DigitalSourceType rdf:resource="\#(ai)"/>"#)
        #expect(resource.digitalSourceType == "trainedAlgorithmicMedia")
    }

    @Test(arguments: [
        "<!-- <a Iptc4xmpExt:DigitalSourceType=\"AI\"/> -->",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><a xmp:CreatorTool=\"AI\"/>",
        "<a Iptc4xmpExt:DigitalSourceType=\"AI", "<a Iptc4xmpExt:DigitalSourceType=AI/>", "<", "", "\u{0}\u{1}<<<>>>",
        "<a Iptc4xmpExt:DigitalSourceType=\"\"/>", "<?xpacket <a xmp:CreatorTool=\"AI\"/>", "</xmp:CreatorTool>AI",
        "<xmp:CreatorTool/>AI",
    ])
    func `comments, declarations and what is no packet say nothing`(packet: String) {
        #expect(marks(packet.replacing("AI", with: ai)) == .none)
    }

    @Test(arguments: [
        ("https://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia", "algorithmicMedia"),
        ("http://c2pa.org/digitalsourcetype/empty", "empty"), ("trainedAlgorithmicMedia", nil),
        ("http://example.com/trainedAlgorithmicMedia", nil),
        ("http://cv.iptc.org/newscodes/digitalsourcetype/", nil),
        ("http://cv.iptc.org/newscodes/digitalsourcetype/a/b", nil),
        ("http://cv.iptc.org/newscodes/digitalsourcetype/<b>", nil),
    ])
    func `a source type is a term of a list that is known`(address: String, term: String?) {
        #expect(SourceTerm.of(address) == term)
    }

    @Test func `a text is one line and not long, and the first of a name counts`() {
        let long = String(repeating: "x", count: 500)
        #expect(marks(#"<a xmp:CreatorTool="\#(long)"/>"#).tool?.utf8.count == 200)
        #expect(marks("<a xmp:CreatorTool=\"a\nb\"/>").tool == "a b")
        #expect(marks(#"<a xmp:CreatorTool="one"/><b xmp:CreatorTool="two"/>"#).tool == "one")
        #expect(FileMarks(xmp: nil) == .none)
        #expect(FileMarks(xmp: [0xFF, 0xFE, 0x3C, 0x00, 0x61, 0x00, 0x3E][...]) == .none, "UTF-16 is not read")
    }
}
