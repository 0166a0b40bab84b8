/// Bounds on texts from outside are in bytes: one character as people see it may have a megabyte of accents.
extension StringProtocol {
    /// Its beginning of at most `limit` bytes in UTF-8, which ends between two code points.
    package func beginning(bytes limit: Int) -> String {
        guard utf8.count > limit else { return String(self) }
        var (scalars, bytes) = (String.UnicodeScalarView(), 0)
        for scalar in unicodeScalars {
            bytes += UTF8.width(scalar)
            guard bytes <= limit else { break }
            scalars.append(scalar)
        }
        return String(scalars)
    }

    /// Its first 64 code points, for an error that repeats what was sent.
    package var excerpt: String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: unicodeScalars.prefix(64))
        return String(scalars)
    }
}
