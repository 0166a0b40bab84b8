/// What a prompt is found by: its words, and of scripts without blanks each three characters that follow one another.
/// Both engines store and compare these as they are, so they find the same.
package enum SearchWords {
    /// A longer word is found by its beginning.
    static let longest = 32
    /// Of a longer text, only what comes first is found.
    static let most = 1000

    /// Without repeats, in the order of the text.
    package static func words(of text: String) -> [String] {
        var (words, seen) = ([String](), Set<String>())
        for run in SearchText.runs(of: text) {
            for word in pieces(of: run) where seen.insert(word).inserted {
                guard words.count < most else { return words }
                words.append(word)
            }
        }
        return words
    }

    /// With this in front, a word is the account's, so that an index of all accounts' words reads only its own. Two
    /// accounts may share it.
    package static func prefix(of account: ID<Account>) -> String { String(account.rawValue.suffix(8)) }

    /// The last ones of a dense run are shorter, so that each character begins one.
    private static func pieces(of run: SearchText.Run) -> [String] {
        let count = run.scalars.count
        guard run.isDense else { return [run.text(0..<min(count, longest))] }
        return (0..<count).map { run.text($0..<min($0 + 3, count)) }
    }
}

/// What is searched for. All of it must be found.
package struct SearchQuery: Sendable, Hashable {
    package static let longestText = 200
    package static let mostWords = 32

    /// For each, there must be a word that begins with it. If there is none, nothing is found.
    package let beginnings: [String]

    /// Nil if the text is too long, or has too many words; every three characters of a script without blanks are one.
    package init?(_ text: String) {
        guard text.unicodeScalars.count <= Self.longestText else { return nil }
        var beginnings: [String] = []
        for run in SearchText.runs(of: text) {
            for beginning in Self.beginnings(of: run) where !beginnings.contains(beginning) {
                guard beginnings.count < Self.mostWords else { return nil }
                beginnings.append(beginning)
            }
        }
        self.beginnings = beginnings
    }

    private static func beginnings(of run: SearchText.Run) -> [String] {
        let count = run.scalars.count
        guard run.isDense else { return [run.text(0..<min(count, SearchWords.longest))] }
        return (0...max(count - 3, 0)).map { run.text($0..<min($0 + 3, count)) }
    }
}
