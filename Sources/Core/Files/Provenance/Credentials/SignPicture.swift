import Crypto
import Foundation

/// Puts signed content credentials into the bytes of a finished picture. Whatever is to be in the file is there
/// before: they vouch for every byte of it but their own.
enum SignPicture {
    /// A longer manifest has more certificates than any operator's chain.
    static let longestManifest = 60_000

    /// Returns nil if the structure of the file is damaged, its format has no place for them, or they are too long.
    /// Throws what signing throws.
    static func sign(
        _ file: [UInt8], _ type: FileType, _ manifest: ContentManifest, _ identity: SigningIdentity
    ) throws -> [UInt8]? {
        guard let place = place(in: file, type) else { return nil }
        let signature = CredentialSignature(identity)
        guard var binding = try binding(place, manifest, signature.measuring), binding.length <= longestManifest else {
            return nil
        }
        let (before, after) = place.parts(binding.length)
        var hash = SHA256()
        hash.update(data: before)
        hash.update(data: after)
        binding.hash = Array(hash.finalize())
        let wrapped = place.wrap(try manifest.store(binding, signature))
        guard wrapped.count == binding.length else { return nil }
        return Array(before) + wrapped + after
    }

    /// How much is inserted, and with how much padding. It holds its own length, which is longer in bytes the larger it
    /// is: the search ends where that no longer changes. What a WebP adds to a chunk of odd length counts for some
    /// readers and not for others, so that there is none.
    private static func binding(
        _ place: Place, _ manifest: ContentManifest, _ signature: CredentialSignature
    ) throws -> ContentManifest.Binding? {
        var binding = ContentManifest.Binding(start: place.start, hash: [UInt8](repeating: 0, count: 32))
        for _ in 0..<8 {
            let store = try manifest.store(binding, signature)
            let length = place.wrap(store).count
            if store.count.isMultiple(of: 2), length == binding.length { return binding }
            if !store.count.isMultiple(of: 2) { binding.padding = 1 - binding.padding }
            binding.length = length
        }
        return nil
    }

    /// Where a format holds a manifest.
    struct Place {
        let start: Int
        let wrap: ([UInt8]) -> [UInt8]
        /// The rest of the file, with whatever in it says how long it is.
        let parts: (_ length: Int) -> (before: ArraySlice<UInt8>, after: ArraySlice<UInt8>)
    }

    private static func place(in file: [UInt8], _ type: FileType) -> Place? {
        switch type {
        case .jpeg: jpeg(file)
        case .png: png(file)
        case .webp: webp(file)
        case .gif, .mp4, .webm, .zip, .heic, .avif: nil
        }
    }

    /// A segment APP11 behind those that must come first.
    private static func jpeg(_ file: [UInt8]) -> Place? {
        guard let segments = JPEGPacket.segments(of: file) else { return nil }
        let start = segments.prefix { $0.marker == 0xE0 }.last?.range.upperBound ?? 2
        return Place(
            start: start,
            wrap: { manifest in
                // The first box of its kind, in the first of its parts.
                let data = Array("JP".utf8) + Octets.big(1, 2) + Octets.big(1, 4) + manifest
                return data.count <= JPEGPacket.mostData ? JPEGSegment.bytes(0xEB, data) : data
            },
            parts: { _ in (file[..<start], file[start...]) })
    }

    /// A chunk behind the header.
    private static func png(_ file: [UInt8]) -> Place? {
        guard file.count > PNGPacket.place, ByteReader(file).text(at: 12, count: 4) == "IHDR" else { return nil }
        return Place(
            start: PNGPacket.place, wrap: { PNGChunks.chunk("caBX", $0) },
            parts: { _ in (file[..<PNGPacket.place], file[PNGPacket.place...]) })
    }

    /// The last chunk. The size of the whole counts it.
    private static func webp(_ file: [UInt8]) -> Place? {
        guard let riff = RIFF(file), riff.end.isMultiple(of: 2) else { return nil }
        return Place(
            start: riff.end, wrap: { RIFF.chunk("C2PA", $0) },
            parts: { length in
                let head = Array("RIFF".utf8) + Octets.little(riff.end - 8 + length, 4)
                return ((head + file[8..<riff.end])[...], file[riff.end...])
            })
    }
}
