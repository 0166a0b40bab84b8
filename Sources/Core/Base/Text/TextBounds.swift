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

    /// The same, cut between two characters as people see them, unless the first one alone is longer: any number of
    /// accents makes one.
    package func beginning(ofCharacters limit: Int) -> String {
        guard utf8.count > limit else { return String(self) }
        var (end, bytes) = (startIndex, 0)
        while end < endIndex {
            bytes += self[end...end].utf8.count
            guard bytes <= limit else { break }
            end = index(after: end)
        }
        return end == startIndex ? beginning(bytes: limit) : String(self[..<end])
    }

    /// Its first 64 code points, for an error that repeats what was sent.
    package var excerpt: String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: unicodeScalars.prefix(64))
        return String(scalars)
    }
}
