import Core

/// The name under which a browser saves a file: whatever it was called, only a name, and one that ends as its type
/// does.
enum DownloadName {
    /// In bytes of UTF-8. File systems take 255, and some browsers add to a name.
    static let limit = 150

    /// The endings of names of pictures and films. One that is of another type than the file misleads, so it is
    /// replaced; what else stands behind a dot is part of the name.
    private static let endings: Set<String> = [
        "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "avif", "heic", "heif", "tif", "tiff", "bmp", "svg", "mp4",
        "m4v", "mov", "webm", "mkv", "avi", "zip",
    ]

    static func text(_ name: String, _ type: FileType) -> String {
        let name = trimmed(visible(lastPart(of: name)))
        let (stem, ending) = split(name, type)
        return shortened(stem.isEmpty ? "file" : stem, to: limit - ending.utf8.count) + ending
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

    /// A dot in front hides a file, and one at the end is dropped by some systems.
    private static func trimmed(_ name: String) -> String {
        func isEdge(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar.properties.isWhitespace }
        let front = name.unicodeScalars.drop(while: isEdge)
        guard let last = front.lastIndex(where: { !isEdge($0) }) else { return "" }
        return String(front[...last])
    }

    private static func split(_ name: String, _ type: FileType) -> (stem: String, ending: String) {
        let right = "." + type.fileExtension
        guard let dot = name.lastIndex(of: ".") else { return (name, right) }
        let ending = name[name.index(after: dot)...].lowercased()
        if type.endings.contains(ending) { return (trimmed(String(name[..<dot])), String(name[dot...])) }
        return endings.contains(ending) ? (trimmed(String(name[..<dot])), right) : (name, right)
    }

    /// Cut between two characters, unless one alone is longer: any number of accents makes one.
    private static func shortened(_ stem: String, to room: Int) -> String {
        guard stem.utf8.count > room else { return stem }
        var (kept, bytes) = ("", 0)
        for character in stem {
            bytes += character.utf8.count
            guard bytes <= room else { break }
            kept.append(character)
        }
        return kept.isEmpty ? stem.beginning(bytes: room) : kept
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
