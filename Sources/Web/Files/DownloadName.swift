import Core

/// The name under which a browser saves a file: whatever it was called, only a name, and one that ends as its type
/// does.
enum DownloadName {
    /// In bytes of UTF-8. File systems take 255, and some browsers add to a name.
    static let limit = 150

    static func text(_ name: String, _ type: FileType) -> String {
        let name = SavedName.trimmed(visible(lastPart(of: name)))
        let (stem, ending) = split(name, type)
        return (stem.isEmpty ? "file" : stem).beginning(ofCharacters: limit - ending.utf8.count) + ending
    }

    /// Scalars and not characters: an accent behind a slash makes it another character, and a path all the same.
    private static func lastPart(of name: String) -> String {
        let parts = name.unicodeScalars.split { $0 == "/" || $0 == "\\" }
        return parts.last.map { String($0) } ?? ""
    }

    /// Without marks of direction, which could disguise an ending, and without control characters.
    private static func visible(_ name: String) -> String {
        String(String.UnicodeScalarView(AssetName.visible(name).unicodeScalars.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: false
            default: !scalar.properties.isNoncharacterCodePoint
            }
        }))
    }

    private static func split(_ name: String, _ type: FileType) -> (stem: String, ending: String) {
        let right = "." + type.fileExtension
        guard let dot = name.lastIndex(of: ".") else { return (name, right) }
        let ending = name[name.index(after: dot)...].lowercased()
        if type.endings.contains(ending) { return (SavedName.trimmed(String(name[..<dot])), String(name[dot...])) }
        return SavedName.endings.contains(ending) ? (SavedName.trimmed(String(name[..<dot])), right) : (name, right)
    }
}

extension FileType {
    /// The endings with which a name of such a file may end.
    fileprivate var endings: Set<String> {
        switch self {
        case .jpeg: ["jpg", "jpeg", "jpe", "jfif"]
        case .mp4: ["mp4", "m4v"]
        case .png, .webp, .gif, .webm, .heic, .avif, .zip: [fileExtension]
        }
    }
}
