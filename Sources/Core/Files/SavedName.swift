/// What names under which files are saved have in common, wherever that is.
package enum SavedName {
    /// The endings of names of pictures and films. One that is of another type than the file misleads, so it is
    /// replaced; what else stands behind a dot is part of the name.
    package static let endings: Set<String> = [
        "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "avif", "heic", "heif", "tif", "tiff", "bmp", "svg", "mp4",
        "m4v", "mov", "webm", "mkv", "avi", "zip",
    ]

    /// A dot in front hides a file, and Windows drops dots and blanks at the end.
    package static func trimmed(_ name: String) -> String {
        func isEdge(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar.properties.isWhitespace }
        let front = name.unicodeScalars.drop(while: isEdge)
        guard let last = front.lastIndex(where: { !isEdge($0) }) else { return "" }
        return String(front[...last])
    }
}
