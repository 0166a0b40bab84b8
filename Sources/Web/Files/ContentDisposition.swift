import Core

/// Whether a browser shows the file or saves it, and under what name (RFC 6266).
enum ContentDisposition {
    /// - Parameter name: As `DownloadName` makes it.
    static func text(_ name: String, isDownload: Bool) -> String {
        let plain = String(String.UnicodeScalarView(name.unicodeScalars.map { isPlain($0) ? $0 : "_" }))
        return """
            \(isDownload ? "attachment" : "inline"); filename="\(plain)"; \
            filename*=UTF-8''\(PercentEncoding.encode(name, keeping: .attribute))
            """
    }

    /// For clients that know only ASCII. A percent sign would be decoded by some, and not by others.
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        (0x20...0x7E).contains(scalar.value) && !["\"", "\\", "/", "%"].contains(scalar)
    }
}
