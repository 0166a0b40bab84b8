/// The rules for what people may call a file and tag it with. Names are only shown and sent back; no path is made of
/// one.
package enum AssetName {
    package static let nameLimit = 200
    package static let tagLimit = 50
    package static let mostTags = 20

    /// A name that is given must be valid; without one the file gets a plain one.
    package static func checking(_ name: String?, _ type: FileType) throws(AssetError) -> String {
        guard let name else { return "upload.\(type.fileExtension)" }
        return try checking(name)
    }

    /// No separators and no dots alone, so that a file saved under its name stays in the folder that was chosen.
    package static func checking(_ name: String) throws(AssetError) -> String {
        guard !name.allSatisfy(\.isWhitespace), name.utf8.count <= nameLimit, name != ".", name != "..",
            name.unicodeScalars.allSatisfy({ $0 != "/" && $0 != "\\" && isPrintable($0) })
        else { throw .invalidName }
        return name
    }

    /// Without repeats, in the order given.
    package static func checking(tags: [String]) throws(AssetError) -> [String] {
        var seen: Set<String> = []
        let tags = tags.filter { seen.insert($0).inserted }
        guard tags.count <= mostTags,
            tags.allSatisfy(isTag)
        else { throw .invalidTags }
        return tags
    }

    private static func isTag(_ text: String) -> Bool {
        !text.allSatisfy(\.isWhitespace) && text.utf8.count <= tagLimit && text.unicodeScalars.allSatisfy(isPrintable)
    }

    /// Control characters break headers and terminals; those that turn the direction of text disguise an extension.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
        case .format: scalar == "\u{200D}"
        default: true
        }
    }
}
