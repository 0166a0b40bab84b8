/// XMP in a JPEG: a segment APP1 behind those that must come first.
enum JPEGPacket {
    /// What did not fit into one segment.
    private static let continued = Array("http://ns.adobe.com/xmp/extension/\0".utf8)
    /// Of the data of a segment, whose length counts itself.
    static let mostData = 65_533

    static func embed(_ packet: [UInt8], in file: [UInt8]) -> [UInt8]? {
        guard JPEGSegment.xmp.count + packet.count <= mostData, let segments = segments(of: file) else { return nil }
        let place = segments.prefix { segment in
            segment.marker == 0xE0 || segment.marker == 0xE1 && file[segment.data].starts(with: JPEGSegment.exif)
        }.last?.range.upperBound ?? 2
        let dropped = segments.filter { segment in
            segment.marker == 0xE1
                && (file[segment.data].starts(with: JPEGSegment.xmp) || file[segment.data].starts(with: continued))
        }
        let new = JPEGSegment.bytes(0xE1, JPEGSegment.xmp + packet)
        return assemble(file, new, at: place, without: dropped.map(\.range))
    }

    struct Segment {
        let marker: UInt8
        let range: Range<Int>
        /// Without marker and length.
        let data: Range<Int>
    }

    /// Those before the first scan. Nil if they do not lead to it.
    static func segments(of file: [UInt8]) -> [Segment]? {
        guard file.starts(with: [0xFF, 0xD8]) else { return nil }
        let reader = ByteReader(file)
        var segments: [Segment] = []
        var position = 2
        while reader[position] == 0xFF {
            var code = position + 1
            while reader[code] == 0xFF { code += 1 }
            guard let marker = reader[code], marker != 0, !(0xD0...0xD9).contains(marker),
                let length = reader.big16(at: code + 1), length >= 2, code + 1 + length <= file.count
            else { return nil }
            if marker == 0xDA { return segments }
            let end = code + 1 + length
            segments.append(Segment(marker: marker, range: position..<end, data: (code + 3)..<end))
            position = end
        }
        return nil
    }

    /// - Parameter dropped: In their order.
    private static func assemble(
        _ file: [UInt8], _ new: [UInt8], at place: Int, without dropped: [Range<Int>]
    ) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(file.count + new.count)
        var position = 0
        // No segment that is dropped lies across the place.
        for range in dropped.filter({ $0.upperBound <= place }) {
            result += file[position..<range.lowerBound]
            position = range.upperBound
        }
        result += file[position..<place] + new
        position = place
        for range in dropped.filter({ $0.lowerBound >= place }) {
            result += file[position..<range.lowerBound]
            position = range.upperBound
        }
        return result + file[position...]
    }
}
