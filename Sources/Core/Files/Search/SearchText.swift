import Foundation

/// A text as it is searched: without case, accents, and the other differences that people do not type.
enum SearchText {
    /// A part of a text without blanks or signs in it.
    struct Run: Sendable, Hashable {
        let scalars: [Unicode.Scalar]
        /// Whether it is of a script that puts no blanks between words.
        let isDense: Bool

        func text(_ range: Range<Int>) -> String {
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars[range])
            return String(text)
        }
    }

    static func runs(of text: String) -> [Run] {
        var runs: [Run] = []
        var (scalars, isDense) = ([Unicode.Scalar](), false)
        func end() {
            if !scalars.isEmpty { runs.append(Run(scalars: scalars, isDense: isDense)) }
            scalars = []
        }
        for scalar in folded(text).unicodeScalars {
            if scalar.isMark {
                // Behind something that is no letter, it belongs to that.
                if !scalars.isEmpty { scalars.append(scalar) }
            } else if scalar.isLetterOrNumber {
                if scalar.isDense != isDense { end() }
                isDense = scalar.isDense
                scalars.append(scalar)
            } else {
                end()
            }
        }
        end()
        return runs
    }

    /// Letters that have a stroke or are two in one, which Unicode does not decompose.
    private static let plain: [Unicode.Scalar: String] = [
        "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
    ]

    private static func folded(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        var kept = String.UnicodeScalarView()
        for scalar in text.decomposedStringWithCompatibilityMapping.unicodeScalars where !scalar.isLeftOut {
            kept.append(scalar)
        }
        // In upper case "ß" is "SS", "ς" is "Σ" and "ı" is "I"; "ẞ" is so only from lower case.
        let lowercased = String(kept).lowercased().uppercased().lowercased()
        var plainText = ""
        for scalar in lowercased.unicodeScalars {
            if let plain = plain[scalar] { plainText += plain } else { plainText.unicodeScalars.append(scalar) }
        }
        // Syllables of Korean, and kana with their marks, are one scalar each again.
        return plainText.precomposedStringWithCanonicalMapping
    }
}

extension Unicode.Scalar {
    fileprivate var isMark: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    fileprivate var isLetterOrNumber: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber: true
        default: false
        }
    }

    /// Accents, vowel points of Hebrew and Arabic, and what shows nothing. Signs that are letters by themselves stay,
    /// such as the vowels of Indian scripts and the marks of voiced kana.
    fileprivate var isLeftOut: Bool {
        if properties.isDefaultIgnorableCodePoint { return true }
        switch properties.generalCategory {
        case .format, .enclosingMark: return true
        case .nonspacingMark, .spacingMark: break
        default: return self == "\u{0640}"   // It stretches an Arabic word.
        }
        switch properties.canonicalCombiningClass.rawValue {
        case 1, 10...36, 200...240: return true
        default: return false
        }
    }

    /// Chinese, Japanese, Korean, Thai, Lao, Burmese and Khmer. Korean has blanks, but between more than words.
    fileprivate var isDense: Bool {
        switch value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1100...0x11FF, 0x1780...0x17FF: true
        case 0x2E80...0x2FDF, 0x3005...0x3007, 0x3021...0x3029, 0x3031...0x318F, 0x31A0...0x31BF, 0x31F0...0x31FF,
            0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA960...0xA97F, 0xAC00...0xD7FF, 0xF900...0xFAFF, 0x1AFF0...0x1B16F,
            0x20000...0x3FFFF: true
        default: false
        }
    }
}
