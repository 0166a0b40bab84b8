import CVips
import Foundation

/// The other side of `ConvertPicture`: decodes a HEIC or an AVIF in a process of its own, and nowhere else.
///
/// libheif turns it upright. It keeps its color profile; one that only states the primaries of Display P3 gets that
/// profile. More than 8 bits become 8.
package enum DecodeHEIF {
    package enum Failure: Error, Sendable, Hashable {
        case tooLarge(width: Int, height: Int)
        case broken(String)
        /// It would need more than this process may have.
        case memory

        static let (tooLargeStatus, brokenStatus, memoryStatus): (Int32, Int32, Int32) = (70, 71, 72)

        /// How the process ends.
        package var status: Int32 {
            switch self {
            case .tooLarge: Self.tooLargeStatus
            case .broken: Self.brokenStatus
            case .memory: Self.memoryStatus
            }
        }

        /// For standard error.
        package var message: String {
            switch self {
            case .tooLarge(let width, let height): "\(width) \(height)"
            case .broken(let message): message
            case .memory: "out of memory"
            }
        }
    }

    /// With little loss, and a color for each pixel.
    private static let quality: Int32 = 92
    /// From here on, memory is a likelier cause than damage: the decoders do not tell one from the other.
    private static let manyPixels = 24_000_000

    /// Reads the file at `path` and writes the picture into `folder`.
    package static func run(_ path: String, into folder: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else { throw Failure.broken("no file") }
        let (bytes, name) = try decode(Array(data))
        try Data(bytes).write(to: URL(filePath: "\(folder)/\(name.rawValue)"))
    }

    private static func decode(_ file: [UInt8]) throws -> (bytes: [UInt8], name: DecodedFile) {
        guard FileType(head: file)?.isConverted == true, darkroom_vips_allow_heif() == 0 else {
            throw Failure.broken("not such a picture")
        }
        return try file.withUnsafeBufferPointer { bytes in
            guard let picture = darkroom_picture_heif(bytes.baseAddress, bytes.count, statesP3(file) ? 1 : 0) else {
                throw Failure.broken(PictureError.lastMessage())
            }
            defer { darkroom_picture_free(picture) }
            let facts = darkroom_picture_get_facts(picture)
            let size = ImageSize(width: Int(facts.width), height: Int(facts.height))
            guard size.isBearable else { throw Failure.tooLarge(width: size.width, height: size.height) }
            let name: DecodedFile = facts.has_alpha != 0 ? .png : .jpeg
            return (try save(picture, size, name), name)
        }
    }

    private static func save(_ picture: OpaquePointer, _ size: ImageSize, _ name: DecodedFile) throws -> [UInt8] {
        var block: UnsafeMutableRawPointer?
        var length = 0
        let encoding = name == .png ? DARKROOM_ENCODING_PNG : DARKROOM_ENCODING_JPEG_444
        guard darkroom_picture_save(picture, encoding, quality, &block, &length) == 0, let block else {
            let message = PictureError.lastMessage()
            let isMemory = message.contains("emory") || size.width * size.height >= manyPixels
            throw isMemory ? Failure.memory : Failure.broken(message)
        }
        defer { darkroom_vips_free(block) }
        let bytes = Array(UnsafeRawBufferPointer(start: block, count: length))
        return try PictureCleaner.clean(bytes, name == .png ? .png : .jpeg, keeping: .profileOnly).bytes ?? bytes
    }

    /// Whether a color box gives the primaries of Display P3 by their number. libheif leaves the numbers as they are.
    static func statesP3(_ file: [UInt8]) -> Bool {
        let mark = Array("colrnclx".utf8)
        var rest = file.prefix(64 << 10)
        while let index = rest.firstIndex(of: mark[0]) {
            rest = rest[index...]
            if rest.starts(with: mark) { return rest.dropFirst(mark.count).prefix(2) == [0, 12] }
            rest = rest.dropFirst()
        }
        return false
    }
}
