extension Collection<String> {
    /// The name that was probably meant by one that is not among these; nil if none is near. Case, hyphens and
    /// underscores do not count.
    package func nearest(to name: String) -> String? {
        guard name.utf8.count <= 64 else { return nil }
        let letters = name.comparedLetters
        let candidates = map { (name: $0, distance: letters.distance(to: $0.comparedLetters)) }
        // Of a short name, most of the letters must be right.
        return candidates.filter { $0.distance <= 2 && $0.distance < $0.name.utf8.count }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
    }
}

extension String {
    fileprivate var comparedLetters: [UInt8] { lowercased().utf8.filter { $0 != 45 && $0 != 95 } }
}

extension [UInt8] {
    /// How many letters to insert, remove, exchange or swap with the next to get from one to the other.
    fileprivate func distance(to other: [UInt8]) -> Int {
        var (before, last) = ([Int](), [Int](0...other.count))
        for i in indices {
            var row = [i + 1]
            for j in other.indices {
                var least = Swift.min(last[j] + (self[i] == other[j] ? 0 : 1), row[j] + 1, last[j + 1] + 1)
                if i > 0, j > 0, self[i] == other[j - 1], self[i - 1] == other[j] {
                    least = Swift.min(least, before[j - 1] + 1)
                }
                row.append(least)
            }
            (before, last) = (last, row)
        }
        return last[other.count]
    }
}
