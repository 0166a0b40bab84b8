/// What an asset is called in a ZIP: a name that every file system takes, Windows' too, and that ends as the file's
/// type does.
struct ZipName: Sendable, Hashable {
    let stem: String
    /// With its dot.
    let ending: String

    /// In bytes of UTF-8. File systems take 255, and Windows 260 characters with all folders.
    static let longestStem = 120

    /// What says which files are not there.
    static let missing = ZipName(stem: "MISSING", ending: ".txt")

    private init(stem: String, ending: String) {
        self.stem = stem
        self.ending = ending
    }

    init(_ asset: Asset) {
        let ending = "." + asset.type.fileExtension
        if let job = asset.job, let index = asset.outputIndex, asset.name == "\(index + 1)\(ending)" {
            // As outputs of before are named, which says nothing outside of their jobs.
            stem = OutputName.stem(job: job, index: index, at: asset.createdAt)
            self.ending = ending
            return
        }
        let (name, own) = Self.split(asset.name, asset.type)
        stem = Self.allowed(name)
        self.ending = own ?? ending
    }

    /// - Returns: The ending with its dot, if the name has one that is right.
    private static func split(_ name: String, _ type: FileType) -> (name: String, ending: String?) {
        guard let dot = name.lastIndex(of: ".") else { return (name, nil) }
        let ending = name[name.index(after: dot)...].lowercased()
        let isRight = ending == type.fileExtension || type == .jpeg && ending == "jpeg"
        guard isRight || SavedName.endings.contains(ending) else { return (name, nil) }
        return (String(name[..<dot]), isRight ? String(name[dot...]) : nil)
    }

    private static func allowed(_ name: String) -> String {
        let plain = String(String.UnicodeScalarView(name.unicodeScalars.map { isAllowed($0) ? $0 : "_" }))
        let name = SavedName.trimmed(SavedName.trimmed(plain).beginning(ofCharacters: longestStem))
        if name.isEmpty { return "file" }
        return isReserved(name) ? "_" + name : name
    }

    /// Scalars and not characters: an accent behind a slash makes it another character, and a path all the same.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: false
        default: !"<>:\"/\\|?*".unicodeScalars.contains(scalar) && !scalar.properties.isNoncharacterCodePoint
        }
    }

    /// Devices of Windows, with any ending.
    private static func isReserved(_ name: String) -> Bool {
        let first = SavedName.trimmed(String(name.prefix { $0 != "." })).uppercased()
        if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(first) { return true }
        guard first.count == 4, first.hasPrefix("COM") || first.hasPrefix("LPT"), let last = first.last else {
            return false
        }
        return "123456789¹²³".contains(last)
    }
}

/// The names that a ZIP has so far. None differs from another by case alone, since many file systems do not tell
/// those apart.
struct ZipNames: Sendable {
    private var taken: Set<String> = []
    /// The last number that a name got, so that a thousand equal names are not tried a million times.
    private var numbers: [String: Int] = [:]

    mutating func unique(_ name: ZipName) -> String {
        let plain = name.stem + name.ending
        var (text, number) = (plain, numbers[plain.lowercased()] ?? 1)
        while !taken.insert(text.lowercased()).inserted {
            number += 1
            text = "\(name.stem) (\(number))\(name.ending)"
        }
        numbers[plain.lowercased()] = number
        return text
    }
}
