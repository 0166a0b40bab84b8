/// Follows the structure of a picture while its bytes arrive, to the end that its format defines: whether it is whole.
/// What comes behind the end does not matter; some who make pictures add zeros or a newline there.
///
/// It says nothing of what is between: whether that can be decoded, only decoding shows.
struct PictureEnd: FileStructure {
    private(set) var isReached = false
    var awaited = AwaitedBytes.bytes(12)
    var gathered: [UInt8] = []
    private var place = Place.start

    /// What the awaited bytes are.
    private enum Place {
        case start
        case pngChunk, pngData(isLast: Bool)
        case jpegMarker, jpegCode, jpegLength, jpegSegment
        case gifScreen, gifColors, gifBlock, gifLabel, gifImage, gifCodeSize, gifLength, gifData
        case riffData
    }

    private mutating func expect(_ awaited: AwaitedBytes, _ place: Place) {
        (self.awaited, self.place) = (awaited, place)
    }

    private mutating func reach() {
        (awaited, isReached) = (.nothing, true)
    }

    mutating func fail() {
        awaited = .nothing
    }

    mutating func step(_ bytes: [UInt8]) {
        let reader = ByteReader(bytes)
        switch place {
        case .start: begin(bytes)
        case .pngChunk, .pngData: stepInPNG(reader)
        case .jpegMarker, .jpegCode, .jpegLength, .jpegSegment: stepInJPEG(reader)
        case .gifScreen, .gifColors, .gifBlock, .gifLabel, .gifImage, .gifCodeSize, .gifLength, .gifData:
            stepInGIF(reader)
        case .riffData: reach()
        }
    }

    /// - Parameter bytes: Twelve, which show every format, and may be the beginning of what is awaited next.
    private mutating func begin(_ bytes: [UInt8]) {
        switch FileType(head: bytes) {
        case .png:
            expect(.bytes(8), .pngChunk)
            gathered = Array(bytes[8...])
        case .gif:
            expect(.bytes(7), .gifScreen)
            gathered = Array(bytes[6...])
        case .jpeg:
            expect(.marker, .jpegMarker)
            Array(bytes[2...]).withUnsafeBytes { take($0) }
        case .webp:
            // The length that it says is from behind itself, and may count a last byte that only pads.
            let length = ByteReader(bytes).little32(at: 4) ?? 0
            expect(.skip(max(0, length - 4 - 1)), .riffData)
        case .mp4, .webm, .zip, .heic, .avif, nil:
            fail()
        }
    }

    private mutating func stepInPNG(_ bytes: ByteReader) {
        if case .pngData(let isLast) = place {
            return isLast ? reach() : expect(.bytes(8), .pngChunk)
        }
        guard let length = bytes.big32(at: 0) else { return fail() }
        // The data, and four bytes of checksum.
        expect(.skip(length + 4), .pngData(isLast: bytes.text(at: 4, count: 4) == "IEND"))
    }

    /// The data of a scan have their 0xFF escaped, so that they can be searched like what is between segments.
    private mutating func stepInJPEG(_ bytes: ByteReader) {
        switch place {
        case .jpegCode:
            switch bytes[0] ?? 0 {
            case 0xFF: expect(.bytes(1), .jpegCode)
            case 0x00, 0x01, 0xD0...0xD8: expect(.marker, .jpegMarker)
            case 0xD9: reach()
            default: expect(.bytes(2), .jpegLength)
            }
        case .jpegLength:
            guard let length = bytes.big16(at: 0), length >= 2 else { return fail() }
            expect(.skip(length - 2), .jpegSegment)
        case .jpegSegment: expect(.marker, .jpegMarker)
        default: expect(.bytes(1), .jpegCode)
        }
    }

    private mutating func stepInGIF(_ bytes: ByteReader) {
        switch place {
        case .gifScreen: expect(.skip(Self.colors(bytes[4])), .gifColors)
        case .gifBlock:
            switch bytes[0] {
            case 0x3B: reach()
            case 0x21: expect(.bytes(1), .gifLabel)
            case 0x2C: expect(.bytes(9), .gifImage)
            default: fail()
            }
        case .gifImage: expect(.skip(Self.colors(bytes[8])), .gifCodeSize)
        case .gifCodeSize: expect(.skip(1), .gifLabel)
        case .gifLength:
            let length = Int(bytes[0] ?? 0)
            if length == 0 { expect(.bytes(1), .gifBlock) } else { expect(.skip(length), .gifData) }
        case .gifLabel, .gifData: expect(.bytes(1), .gifLength)
        default: expect(.bytes(1), .gifBlock)
        }
    }

    /// The bytes of a table of colors, if the flags say that there is one.
    private static func colors(_ flags: UInt8?) -> Int {
        guard let flags, flags & 0x80 != 0 else { return 0 }
        return 3 << (Int(flags & 7) + 1)
    }
}
