/// What a file holds about itself, as bytes that are not read yet. It comes from outside: what is damaged, too long or
/// beyond the file is left out, and nothing is looked for behind the `mostPieces`-th piece.
struct FoundMetadata: Sendable {
    /// Of a JPEG, a PNG, a WebP or an MP4. The first packet counts.
    private(set) var xmp: ArraySlice<UInt8>?
    private(set) var manifest = FoundManifest.none
    /// Of a PNG, by their keys: those that settings are read from. The first of a key counts.
    private(set) var texts: [SettingsKey: String] = [:]
    /// Of a JPEG or a WebP, in TIFF's format.
    private(set) var exif: ArraySlice<UInt8>?

    private var textsRead = 0

    static let xmpLimit = 64 << 10
    static let manifestLimit = 1 << 20
    static let mostPieces = 50_000
    private static let mostTexts = 32

    init(_ file: [UInt8], type: FileType) {
        switch type {
        case .jpeg: readJPEG(file)
        case .png: readPNG(file)
        case .webp: readWebP(file)
        case .mp4, .heic, .avif: readBoxes(file)
        case .gif, .webm, .zip: break
        }
    }

    mutating func add(xmp packet: ArraySlice<UInt8>) {
        if xmp == nil, packet.count <= Self.xmpLimit { xmp = packet }
    }

    mutating func add(exif block: ArraySlice<UInt8>) {
        if exif == nil { exif = block }
    }

    /// Whether a text of this key is to be read. It may have to be inflated, so there is an end to it.
    mutating func isWanted(_ key: String) -> Bool {
        let isNew = key == PNGText.xmp ? xmp == nil : SettingsKey(rawValue: key).map { texts[$0] == nil } ?? false
        guard isNew, textsRead < Self.mostTexts else { return false }
        textsRead += 1
        return true
    }

    mutating func add(_ text: PNGText) {
        guard let key = SettingsKey(rawValue: text.key), texts[key] == nil else { return }
        texts[key] = text.value
    }

    /// A file has one store. With a second one nobody can say which counts.
    mutating func add(manifest bytes: [UInt8], at ranges: [Range<Int>]) {
        guard case .none = manifest else { return refuseManifest(.malformed) }
        manifest = bytes.count <= Self.manifestLimit ? .store(bytes, at: ranges) : .unreadable(.tooLarge)
    }

    mutating func refuseManifest(_ reason: FileCredentials.Unreadable) {
        manifest = .unreadable(reason)
    }
}

/// Where content credentials are, if a file has them.
enum FoundManifest: Sendable {
    case none
    /// The JUMBF of the manifest store, and the ranges of the file that hold it: whole segments or chunks, which no
    /// decoder takes for a part of the picture.
    case store([UInt8], at: [Range<Int>])
    case unreadable(FileCredentials.Unreadable)
}
