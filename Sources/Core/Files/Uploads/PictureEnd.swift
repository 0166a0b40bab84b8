import NIOCore
import Synchronization

/// Whether a picture's file goes on to the end that its format gives it. It is read along as the bytes arrive: nothing
/// is decoded, and none of it is kept. What follows the end does not count, for phones put a film there.
struct PictureEnd: Sendable {
    /// What is read next, once `skip` bytes have passed.
    private enum Part: Sendable {
        case signature
        case chunk
        /// Data of a JPEG, up to the next marker.
        case scan
        case marker, segment
        case screen, block, label, image, codeSize, subBlock
        case end
        /// No format that is known here, or not what its format says.
        case unknown

        /// How many bytes it has.
        var length: Int {
            switch self {
            case .signature: 12
            case .chunk: 8
            case .screen: 7
            case .image: 9
            case .segment: 2
            case .marker, .block, .label, .codeSize, .subBlock: 1
            case .scan, .end, .unknown: 0
            }
        }
    }

    private var part = Part.signature
    private var skip = 0
    private var field: [UInt8] = []

    /// Whether all that was read so far has the end of its picture.
    var isReached: Bool { if case .end = part { skip == 0 } else { false } }

    mutating func read(_ bytes: UnsafeRawBufferPointer) {
        var position = 0
        while position < bytes.count {
            if skip > 0 {
                let step = min(skip, bytes.count - position)
                (skip, position) = (skip - step, position + step)
                continue
            }
            switch part {
            case .end, .unknown:
                return
            case .scan:
                guard let marker = bytes[position...].firstIndex(of: 0xFF) else { return }
                (part, position) = (.marker, marker + 1)
            default:
                field.append(bytes[position])
                position += 1
                if field.count == part.length { finishField() }
            }
        }
    }

    private mutating func finishField() {
        let bytes = ByteReader(field)
        field = []
        switch part {
        case .signature: begin(bytes)
        case .chunk: endChunk(bytes)
        case .marker, .segment: endMarker(bytes)
        case .screen, .block, .label, .image, .codeSize, .subBlock: endBlock(bytes)
        case .scan, .end, .unknown: break
        }
    }

    /// Enough bytes to tell the formats apart. What of them belongs to the next part is read again.
    private mutating func begin(_ bytes: ByteReader) {
        let all = (0..<Part.signature.length).compactMap { bytes[$0] }
        let length: Int
        switch FileType(head: all) {
        case .png: (part, length) = (.chunk, 8)
        case .jpeg: (part, length) = (.scan, 2)
        case .gif: (part, length) = (.screen, 6)
        case .webp:
            // Its container says how long it is, from the eighth byte on.
            (part, length) = (.end, 12)
            skip = (bytes.little32(at: 4) ?? 0) - 4
            if skip < 0 { (part, skip) = (.unknown, 0) }
        case .mp4, .webm, .zip, nil: (part, length) = (.unknown, 12)
        }
        all[length...].withUnsafeBytes { read($0) }
    }

    /// Of a PNG: its length and name, in front of its data and a checksum of four bytes.
    private mutating func endChunk(_ bytes: ByteReader) {
        skip = (bytes.big32(at: 0) ?? 0) + 4
        if bytes.text(at: 4, count: 4) == "IEND" { part = .end }
    }

    /// Of a JPEG. A marker is a byte behind 0xFF, and most have a segment, whose first two bytes are its length. What
    /// stands between the segments is passed over, as decoders do.
    private mutating func endMarker(_ bytes: ByteReader) {
        if case .segment = part {
            let length = bytes.big16(at: 0) ?? 0
            (part, skip) = length < 2 ? (.unknown, 0) : (.scan, length - 2)
            return
        }
        switch bytes[0] ?? 0 {
        case 0xFF: part = .marker
        case 0xD9: part = .end
        // A zero means that the 0xFF is data; the others have no segment.
        case 0x00, 0x01, 0xD0...0xD8: part = .scan
        default: part = .segment
        }
    }

    /// Of a GIF.
    private mutating func endBlock(_ bytes: ByteReader) {
        switch part {
        case .screen: (part, skip) = (.block, Self.colors(bytes[4]))
        case .image: (part, skip) = (.codeSize, Self.colors(bytes[8]))
        case .label, .codeSize: part = .subBlock
        case .subBlock:
            skip = bytes[0].map(Int.init) ?? 0
            if skip == 0 { part = .block }
        default:
            switch bytes[0] {
            case 0x21: part = .label
            case 0x2C: part = .image
            case 0x3B: part = .end
            // Some writers put one zero too many behind a block.
            case 0x00: part = .block
            default: part = .unknown
            }
        }
    }

    /// The bytes of a table of colors, as its flags say.
    private static func colors(_ flags: UInt8?) -> Int {
        guard let flags, flags & 0x80 != 0 else { return 0 }
        return 3 << (Int(flags & 7) + 1)
    }
}

/// The same of a file on its way, whose parts may be read in any task.
final class ArrivingPicture: Sendable {
    private let end = Mutex(PictureEnd())

    var hasEnd: Bool { end.withLock { $0.isReached } }

    func read(_ part: ByteBuffer) {
        end.withLock { end in part.withUnsafeReadableBytes { end.read($0) } }
    }
}
