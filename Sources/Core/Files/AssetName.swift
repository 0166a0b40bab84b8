/// The rules for what people may call a file and tag it with. Names are only shown and sent back: no path is made of one.
package enum AssetName {
    package static let nameLimit = 200
    package static let tagLimit = 50
    package static let mostTags = 20

    /// One that is given must be good; none at all becomes a plain one.
    package static func checking(_ name: String?, _ type: FileType) throws(AssetError) -> String {
        guard let name else { return "upload.\(type.fileExtension)" }
        return try checking(name)
    }

    /// No separators and no dots alone, so that whoever saves it under its name stays in the folder they chose.
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
            tags.allSatisfy({ !$0.allSatisfy(\.isWhitespace) && $0.utf8.count <= tagLimit && $0.unicodeScalars.allSatisfy(isPrintable) })
        else { throw .invalidTags }
        return tags
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
