/// The rules for what people may call a file and tag it with. Names are only shown and sent back; no path is made of
/// one.
package enum AssetName {
    package static let nameLimit = 255
    package static let tagLimit = 50
    package static let mostTags = 20
    /// A longer one is no ending, but part of the name.
    private static let endingLimit = 32

    /// What a file is called that was sent without a name.
    static func plain(_ type: FileType) -> String { "upload.\(type.fileExtension)" }

    /// The name of a file as its sender gives it: the last part of a path, and shortened if it is too long, as senders
    /// do not choose it. Throws `invalidName` if nothing is left of it, or if it has a control character.
    package static func received(_ text: String) throws(AssetError) -> String {
        guard let last = text.unicodeScalars.split(whereSeparator: isSeparator).last else { throw .invalidName }
        return try checking(shortened(visible(String(last))))
    }

    /// The name of a picture that is stored as another type: its ending becomes that of the type.
    static func converted(_ name: String, to type: FileType) -> String {
        let dot = name.lastIndex(of: ".") ?? name.endIndex
        let ending = name[dot...].dropFirst().lowercased()
        let stem = dot > name.startIndex && pictureEndings.contains(ending) ? name[..<dot] : name[...]
        return shortened("\(stem).\(type.fileExtension)")
    }

    private static let pictureEndings: Set<String> = [
        "heic", "heics", "heif", "heifs", "hif", "avif", "avifs", "avci", "jpg", "jpeg", "png", "webp", "gif",
    ]

    /// A name that somebody chose. No separators and no dots alone, so that a file saved under its name stays in the
    /// folder that was chosen.
    package static func checking(_ name: String) throws(AssetError) -> String {
        let name = visible(name)
        guard isText(name), name.utf8.count <= nameLimit, name != ".", name != "..",
            !name.unicodeScalars.contains(where: isSeparator)
        else { throw .invalidName }
        return name
    }

    /// Without repeats, in the order given.
    package static func checking(tags: [String]) throws(AssetError) -> [String] {
        var seen: Set<String> = []
        let tags = tags.map(visible).filter { seen.insert($0).inserted }
        guard tags.count <= mostTags, tags.allSatisfy({ isText($0) && $0.utf8.count <= tagLimit }) else {
            throw .invalidTags
        }
        return tags
    }

    /// Scalars and not characters: an accent behind a slash makes it another character, and a path all the same.
    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool { scalar == "/" || scalar == "\\" }

    private static func isText(_ text: String) -> Bool {
        let isBlank = text.unicodeScalars.allSatisfy { $0.properties.isWhitespace || isJoiner($0) }
        return !isBlank && text.isOneLine
            && !text.unicodeScalars.contains { $0.properties.isNoncharacterCodePoint }
    }
}

/// What is left out of a name, and why it still reads the same.
extension AssetName {
    /// Without what shows nothing: marks of direction, which some senders put in front and which can disguise an
    /// ending, soft hyphens, blanks of no width. Joiners stay, which Persian, Hindi and emoji are written with, and so
    /// do the tags behind a black flag, which make it the flag of Scotland.
    package static func visible(_ text: String) -> String {
        var kept = String.UnicodeScalarView()
        var isFlag = false
        for scalar in text.unicodeScalars {
            if isTag(scalar) ? isFlag : isVisible(scalar) { kept.append(scalar) }
            isFlag = scalar == "\u{1F3F4}" || isFlag && isTag(scalar)
        }
        return String(kept)
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.properties.generalCategory == .format, !isJoiner(scalar) else { return true }
        // Some show, such as the sign of an Arabic year.
        return !scalar.properties.isDefaultIgnorableCodePoint && !("\u{FFF9}"..."\u{FFFB}").contains(scalar)
    }

    private static func isJoiner(_ scalar: Unicode.Scalar) -> Bool { scalar == "\u{200C}" || scalar == "\u{200D}" }

    private static func isTag(_ scalar: Unicode.Scalar) -> Bool { ("\u{E0020}"..."\u{E007F}").contains(scalar) }

    /// Cut between two characters, with its ending kept.
    private static func shortened(_ name: String) -> String {
        guard name.utf8.count > nameLimit else { return name }
        let dot = name.lastIndex(of: ".") ?? name.endIndex
        let hasEnding = dot > name.startIndex && name[dot...].utf8.count <= endingLimit
        let (stem, ending) = hasEnding ? (name[..<dot], name[dot...]) : (name[...], "")
        return stem.beginning(ofCharacters: nameLimit - ending.utf8.count) + String(ending)
    }
}
