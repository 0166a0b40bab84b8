@testable import Core
import Testing

/// Which packets of XMP may stay.
struct XMPPacketTests {
    private func packet(_ inside: String, _ attributes: String = "") -> [UInt8] {
        Array("""
            <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
            <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <rdf:Description rdf:about="" xmlns:dc="x" \(attributes)>\(inside)</rdf:Description>
            </rdf:RDF></x:xmpmeta>
            <?xpacket end="w"?>

            """.utf8)
    }

    @Test func `whose a picture is, and that a model made it, may stay`() {
        #expect(XMPPacket.isClean(packet("")))
        #expect(XMPPacket.isClean(packet("<dc:creator><rdf:Seq><rdf:li>Ada</rdf:li></rdf:Seq></dc:creator>")))
        #expect(XMPPacket.isClean(packet(
            "<dc:rights/>", "Iptc4xmpExt:DigitalSourceType='http://cv.iptc.org/trainedAlgorithmicMedia'")))
    }

    @Test(arguments: [
        ("<exif:GPSLatitude>52,30N</exif:GPSLatitude>", ""), ("", "exif:GPSLongitude=\"13,24E\""),
        ("", "aux:SerialNumber='123'"), ("<photoshop:City>Berlin</photoshop:City>", ""),
        ("<Iptc4xmpExt:LocationCreated/>", ""), ("<!-- Berlin -->", ""), ("<![CDATA[x]]>", ""), ("<dc:rights", ""),
        ("", "dc:rights=none"), ("", "dc:rights"), ("", "dc:rights='x"), ("<?php x ?>", ""), ("<xmp:Thumbnails/>", ""),
    ])
    func `one thing that is not listed, or not understood, and the packet goes`(inside: String, attributes: String) {
        #expect(!XMPPacket.isClean(packet(inside, attributes)))
    }

    @Test func `what is no packet, too long, or in another encoding goes`() {
        #expect(!XMPPacket.isClean([]) && !XMPPacket.isClean(Array("Berlin".utf8)))
        #expect(!XMPPacket.isClean(packet("") + Array("Berlin".utf8)))
        #expect(!XMPPacket.isClean(packet("").flatMap { [$0, 0] }))
        #expect(!XMPPacket.isClean(packet(String(repeating: " ", count: 64 << 10))))
        let whole = packet("<dc:rights/>")
        for length in 0..<whole.count - 80 { #expect(!XMPPacket.isClean(Array(whole.prefix(length)) + [0x3C])) }
    }
}
