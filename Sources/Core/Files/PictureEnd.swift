import NIOCore
import Synchronization

/// Follows the structure of a picture while its bytes arrive, to the end that its format defines: whether it is whole.
/// What comes behind the end does not matter; some who make pictures add zeros or a newline there.
///
/// It says nothing of what is between: whether that can be decoded, only decoding shows.
struct PictureEnd: Sendable {
    private(set) var isReached = false
    private var awaited = Awaited.bytes(12)
    private var place = Place.start
    private var gathered: [UInt8] = []

    private enum Awaited {
        case bytes(Int)
        /// So many bytes of no interest.
        case skip(Int)
        /// The next 0xFF, before which a JPEG may have anything.
        case marker
        case nothing
    }

    /// What the awaited bytes are.
    private enum Place {
        case start
        case pngChunk, pngData(isLast: Bool)
        case jpegMarker, jpegCode, jpegLength, jpegSegment
        case gifScreen, gifColors, gifBlock, gifLabel, gifImage, gifCodeSize, gifLength, gifData
        case riffData
    }

    mutating func take(_ part: UnsafeRawBufferPointer) {
        var rest = part[...]
        while true {
            switch awaited {
            case .nothing:
                return
            case .bytes(let count):
                let more = rest.prefix(count - gathered.count)
                gathered += more
                rest = rest.dropFirst(more.count)
                guard gathered.count == count else { return }
                let bytes = gathered
                gathered = []
                step(bytes)
            case .skip(let count):
                let skipped = min(count, rest.count)
                rest = rest.dropFirst(skipped)
                awaited = .skip(count - skipped)
                guard skipped == count else { return }
                step([])
            case .marker:
                guard let index = rest.firstIndex(of: 0xFF) else { return }
                rest = rest[(index + 1)...]
                step([])
            }
        }
    }

    private mutating func expect(_ awaited: Awaited, _ place: Place) {
        (self.awaited, self.place) = (awaited, place)
    }

    private mutating func end(isReached: Bool) {
        self.isReached = isReached
        awaited = .nothing
    }

    private mutating func step(_ bytes: [UInt8]) {
        let reader = ByteReader(bytes)
        switch place {
        case .start: begin(bytes)
        case .pngChunk, .pngData: stepInPNG(reader)
        case .jpegMarker, .jpegCode, .jpegLength, .jpegSegment: stepInJPEG(reader)
        case .gifScreen, .gifColors, .gifBlock, .gifLabel, .gifImage, .gifCodeSize, .gifLength, .gifData:
            stepInGIF(reader)
        case .riffData: end(isReached: true)
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
        case .mp4, .webm, .zip, nil:
            end(isReached: false)
        }
    }

    private mutating func stepInPNG(_ bytes: ByteReader) {
        if case .pngData(let isLast) = place {
            return isLast ? end(isReached: true) : expect(.bytes(8), .pngChunk)
        }
        guard let length = bytes.big32(at: 0) else { return end(isReached: false) }
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
            case 0xD9: end(isReached: true)
            default: expect(.bytes(2), .jpegLength)
            }
        case .jpegLength:
            guard let length = bytes.big16(at: 0), length >= 2 else { return end(isReached: false) }
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
            case 0x3B: end(isReached: true)
            case 0x21: expect(.bytes(1), .gifLabel)
            case 0x2C: expect(.bytes(9), .gifImage)
            default: end(isReached: false)
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

extension PictureEnd {
    /// For a picture whose parts pass by on their way to the store.
    final class Watcher: Sendable {
        private let end = Mutex(PictureEnd())

        var isReached: Bool { end.withLock { $0.isReached } }

        func take(_ part: ByteBuffer) {
            end.withLock { end in part.withUnsafeReadableBytes { end.take($0) } }
        }
    }
}
