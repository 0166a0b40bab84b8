@testable import Core
import Testing
import TestSupport

/// The words of texts of many languages, and of what is searched for.
struct SearchWordsTests {
    @Test(arguments: [
        ("A red Dress, naïve Café", "a red dress naive cafe"), ("", ""), (" .,;!?  ", ""), ("red red RED", "red"),
        ("Straße STRASSE", "strasse"), ("ẞ", "ss"), ("İstanbul ısı ILIK", "istanbul isi ilik"),
        ("Ὀδυσσεύς ΣΊΣΥΦΟΣ", "οδυσσευσ σισυφοσ"), ("Ёлка", "елка"), ("مُحَمَّد ـكتاب", "محمد كتاب"),
        ("שָׁלוֹם", "שלום"),
        ("हिन्दी", "हिन्दी"), ("Łódź Øre Æsir đ", "lodz ore aesir d"), ("Việt Nam", "viet nam"),
        ("ﬁne ①② Ⅳ", "fine 12 iv"), ("10:30 4K", "10 30 4k"), ("don't", "don t"), ("e\u{301}te\u{301}", "ete"),
        ("a\u{AD}b \u{200E}c", "ab c"), ("🐱 1️⃣ cat🐈cat2", "1 cat cat2"), ("a\"b*c:d^e", "a b c d e"),
        ("赤い花が", "赤い花 い花が 花が が"), ("ガ ｶﾞ か", "ガ か"), ("고양이", "고양이 양이 이"), ("花 4K写真", "花 4k 写真 真"),
        ("ไทย", "ไทย ทย ย"), ("ქართული", "ქართული"),
    ])
    func `a text has these words`(text: String, words: String) {
        #expect(SearchWords.words(of: text) == words.split(separator: " ").map { String($0) })
    }

    @Test(arguments: [
        ("Sun BEACH sun", "sun beach"), ("赤", "赤"), ("赤い", "赤い"), ("赤い花が咲く", "赤い花 い花が 花が咲 が咲く"), ("", ""), ("* -", ""),
        ("고양이가", "고양이 양이가"), ("cat猫", "cat 猫"),
    ])
    func `a query asks for these beginnings`(text: String, beginnings: String) {
        #expect(SearchQuery(text)?.beginnings == beginnings.split(separator: " ").map { String($0) })
    }

    @Test func `long words, long texts and long queries have an end`() {
        let long = String(repeating: "a", count: 100)
        #expect(SearchWords.words(of: long) == [String(repeating: "a", count: 32)])
        #expect(SearchQuery(long)?.finds(SearchWords.words(of: long)) == true)
        #expect(SearchWords.words(of: (0..<5000).map(String.init).joined(separator: " ")).count == 1000)
        #expect(SearchQuery(String(repeating: "é", count: 200)) != nil)
        #expect(SearchQuery(String(repeating: "é", count: 201)) == nil)
        #expect(SearchQuery((0..<32).map(String.init).joined(separator: " "))?.beginnings.count == 32)
        #expect(SearchQuery((0..<33).map(String.init).joined(separator: " ")) == nil)
    }

    @Test func `no word has what the engines' queries are made of`() {
        var random = Seeded("search words", variable: "WORDS_SEED")
        for _ in 0..<2000 {
            let text = String(String.UnicodeScalarView((0..<20).compactMap { _ in
                Unicode.Scalar(UInt32(random.number(1...(random.happens(oneIn: 2) ? 0x24F : 0x1F9FF))))
            }))
            for word in SearchWords.words(of: text) + (SearchQuery(text)?.beginnings ?? []) {
                #expect(!word.isEmpty && !word.unicodeScalars.contains { $0.isASCII && !$0.properties.isAlphabetic
                    && !("0"..."9").contains($0) || $0.properties.isWhitespace }, "\(word.unicodeScalars.map(\.value))")
            }
        }
    }
}
