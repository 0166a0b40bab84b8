/// Takes out of a picture's file what tells more than the picture: where and when it was taken, with which camera, and
/// smaller copies of it. The picture itself is neither decoded nor changed, and its color profile stays.
///
/// What may stay is listed; everything else goes, also what nobody has thought of yet. A file with nothing to take out
/// keeps its bytes, and what is made of another has nothing to take out.
enum PictureCleaner {
    struct Cleaned: Sendable, Hashable {
        /// Nil if the file stays as it is.
        let bytes: [UInt8]?
        /// As EXIF counts it, from 1, upright, to 8. The cleaned file does not say it any more.
        let orientation: Int
        /// Whether it has a signed manifest, which vouches for every byte.
        var hasManifest = false
    }

    /// What else stays of the metadata.
    enum Keeping: Sendable, Hashable {
        /// Who made it, what may be done with it, how it was generated, and where it says that it was.
        case credits
        /// Nothing.
        case profileOnly
    }

    /// Throws where the structure of the file is damaged.
    static func clean(
        _ file: [UInt8], _ format: PictureFormat, keeping: Keeping = .credits
    ) throws(PictureError) -> Cleaned {
        let rules = MetadataRules(keeping: keeping, keepsManifest: keeping == .credits)
        let first = try pieces(file, format, rules)
        guard first.isChanged || first.orientation != 1 else {
            return Cleaned(bytes: nil, orientation: 1, hasManifest: first.hasManifest)
        }
        // A signed manifest vouches for every byte of the file, so it ends with the first change.
        let pieces = first.hasManifest
            ? try Self.pieces(file, format, MetadataRules(keeping: keeping, keepsManifest: false)) : first
        return Cleaned(bytes: pieces.isChanged ? pieces.bytes(of: file) : nil, orientation: pieces.orientation)
    }

    private static func pieces(
        _ file: [UInt8], _ format: PictureFormat, _ rules: MetadataRules
    ) throws(PictureError) -> FilePieces {
        let pieces = switch format {
        case .jpeg: JPEGPieces.read(file, rules)
        case .png: PNGPieces.read(file, rules)
        case .webp: WebPPieces.read(file, rules)
        case .gif: GIFPieces.read(file, rules)
        }
        guard let pieces, !pieces.areTooMany else {
            throw .broken("the structure of the \(format.rawValue) file is damaged")
        }
        return pieces
    }
}

/// What may stay of one block of metadata.
struct MetadataRules: Sendable {
    let keeping: PictureCleaner.Keeping
    /// Whether a C2PA manifest stays.
    let keepsManifest: Bool

    enum Verdict: Equatable {
        case keep, drop
        case replace([UInt8])
    }

    /// - Parameter block: In TIFF's format, with or without `Exif` in front.
    func judge(exif block: [UInt8]) -> (verdict: Verdict, orientation: Int) {
        guard let exif = ExifBlock(block) else { return (.drop, 1) }
        guard keeping == .credits else { return (.drop, exif.orientation) }
        if exif.isClean { return (.keep, 1) }
        return (exif.credits.map { .replace($0) } ?? .drop, exif.orientation)
    }

    func keeps(xmp packet: [UInt8]) -> Bool { keeping == .credits && XMPPacket.isClean(packet) }

    /// One may hold a copy of the camera's EXIF, in JSON or CBOR.
    func keeps(manifest: ArraySlice<UInt8>) -> Bool {
        keepsManifest && !["GPS", "Serial", "stds.exif"].contains { manifest.contains($0) }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func contains(_ word: String) -> Bool {
        let word = Array(word.utf8)
        guard let first = word.first else { return true }
        var rest = self
        while let index = rest.firstIndex(of: first) {
            if rest[index...].starts(with: word) { return true }
            rest = rest[(index + 1)...]
        }
        return false
    }
}
