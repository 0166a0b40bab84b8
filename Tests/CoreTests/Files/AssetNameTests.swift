@testable import Core
import Foundation
import SQL
import TestSupport
import Testing

struct AssetNameTests {
    @Test(arguments: [
        "a", "a.png", "...", ".hidden", "a b", " a ", "-rf", "con", "née.png", "日本.png", "👩‍👩‍👧.png",
        "a:b*c?\"<>|", "%2e%2e%2f",
        "~", "a\u{300}", "\u{200D}a", String(repeating: "a", count: 255), String(repeating: "图", count: 85),
        // Joiners, blanks and signs that belong to a language; a flag made of tags; newer emoji, and none yet.
        "می\u{200C}خواهم.png", "क्\u{200D}ष.png", "1.08.45\u{202F}PM.png", "\u{600}1447.png", "\u{F8FF}.png",
        "\u{1F3F4}\u{E0067}\u{E0062}\u{E007F}.png", "\u{1FAEA}.png", "\u{1FAFF}.png",
    ])
    func `a name is any text that shows, and stays as it was given`(name: String) throws {
        #expect(Array(try AssetName.checking(name).utf8) == Array(name.utf8))
        #expect(Array(try AssetName.received(name).utf8) == Array(name.utf8))
    }

    @Test(arguments: [
        ("\u{200E}WhatsApp Image.jpeg", "WhatsApp Image.jpeg"), ("x\u{202E}gnp.exe", "xgnp.exe"),
        ("\u{2068}Ada\u{2069}.png", "Ada.png"), ("\u{61C}\u{FEFF}a\u{200B}b\u{AD}c.png", "abc.png"),
        ("a\u{E0067}\u{E0062}.png", "a.png"), ("a\u{2066}b", "ab"),
        ("\u{1F3F4}a\u{E0067}.png", "\u{1F3F4}a.png"),
    ])
    func `marks of direction and what shows nothing are left out, so that an ending is what it seems`(
        name: String, stored: String
    ) throws {
        #expect(Array(try AssetName.checking(name).utf8) == Array(stored.utf8))
        #expect(Array(try AssetName.received(name).utf8) == Array(stored.utf8))
        #expect(try AssetName.checking(tags: [name, stored]) == [stored])
    }

    @Test(arguments: [
        ("holiday/IMG_1.png", "IMG_1.png"), ("/IMG_1.png", "IMG_1.png"), ("C:\\pics\\IMG_1.png", "IMG_1.png"),
        ("C:\\\\fakepath\\\\IMG_1.png", "IMG_1.png"), ("../../etc/passwd", "passwd"), ("holiday/", "holiday"),
        ("a\\b/c", "c"), ("a/\u{301}b", "\u{301}b"), ("../\u{200E}x.png", "x.png"),
    ])
    func `a file that is sent is called by the last part of its path, and one that is renamed has no path`(
        path: String, name: String
    ) throws {
        #expect(Array(try AssetName.received(path).utf8) == Array(name.utf8))
        #expect(throws: AssetError.invalidName) { try AssetName.checking(path) }
    }

    /// The name that is too long, and the beginning and ending of what it is stored as, with its bytes.
    @Test(arguments: [
        (String(repeating: "a", count: 300) + ".png", "aaa", "aaa.png", 255),
        (String(repeating: "图", count: 100) + ".png", "图图", "图.png", 4 + 83 * 3),
        (String(repeating: "👩‍👩‍👧", count: 40) + ".jpeg", "👩‍👩‍👧", "👩‍👩‍👧.jpeg", 5 + 13 * 18),
        (String(repeating: "e\u{301}", count: 100) + ".png", "e\u{301}", "e\u{301}.png", 4 + 83 * 3),
        ("a" + String(repeating: "\u{301}", count: 300) + ".png", "a\u{301}", "\u{301}.png", 4 + 251),
        // Too long to be an ending, at the beginning, or none at all.
        ("a." + String(repeating: "b", count: 300), "a.bbb", "bbb", 255),
        ("." + String(repeating: "b", count: 300), ".bbb", "bbb", 255),
        (String(repeating: "b", count: 300), "bbb", "bbb", 255),
        (String(repeating: "a", count: 252) + ".tar.gz", "aaa", "aaa.gz", 255),
        ("dir/" + String(repeating: "a", count: 256), "aaa", "aaa", 255),
    ])
    func `a name that is too long is cut between two characters, with its ending kept`(
        name: String, beginning: String, ending: String, size: Int
    ) throws {
        let stored = try AssetName.received(name)

        #expect(stored.utf8.count == size)
        #expect(stored.utf8.starts(with: beginning.utf8))
        #expect(Array(stored.utf8.suffix(ending.utf8.count)) == Array(ending.utf8))
        #expect(try AssetName.received(stored) == stored && AssetName.checking(stored) == stored)
        #expect(throws: AssetError.invalidName) { try AssetName.checking(name) }
    }

    @Test(arguments: [
        "", " ", "\t\n", "\u{A0}\u{3000}", ".", "..", "/", "a/..", "a\u{0}b", "a\nb", "a\r", "a\u{7F}", "a\u{85}b",
        "a\u{2028}b", "a\u{2029}b", "\u{200E}", "\u{200D}", "\u{202E}..", "a\u{FFFE}",
    ])
    func `what shows nothing, leads elsewhere or breaks a header is refused`(name: String) {
        #expect(throws: AssetError.invalidName) { try AssetName.checking(name) }
        #expect(throws: AssetError.invalidName) { try AssetName.received(name) }
    }

    @Test func `no control character is let through, and no other that shows nothing, in names or tags`() throws {
        let ranges: [ClosedRange<UInt32>] = [0...0xFFFF, 0x1_BC00...0x1_D1FF, 0xE_0000...0xE_0FFF]
        for value in ranges.joined() {
            guard let scalar = Unicode.Scalar(value) else { continue }
            switch scalar.properties.generalCategory {
            case .control:
                #expect(throws: AssetError.invalidName) { try AssetName.checking("a\(scalar)b") }
                #expect(throws: AssetError.invalidTags) { try AssetName.checking(tags: ["a\(scalar)b"]) }
            case .format where scalar.properties.isDefaultIgnorableCodePoint:
                guard scalar != "\u{200C}", scalar != "\u{200D}" else { continue }
                let (name, tags) = try (AssetName.checking("a\(scalar)b"), AssetName.checking(tags: ["a\(scalar)b"]))
                #expect(Array(name.utf8) == Array("ab".utf8) && Array(tags[0].utf8) == Array("ab".utf8), "\(value)")
            default: continue
            }
        }
    }

    @Test func `without a name a file is called by its type`() {
        for type in FileType.allCases { #expect(AssetName.plain(type) == "upload.\(type.fileExtension)") }
    }

    @Test func `tags stay in their order without repeats, which do not count`() throws {
        let many = (0..<20).map { "\($0)" }

        #expect(try AssetName.checking(tags: []) == [])
        #expect(try AssetName.checking(tags: ["b", "a", "b", "B", "a/b"]) == ["b", "a", "B", "a/b"])
        #expect(try AssetName.checking(tags: many + many) == many)
        #expect(try AssetName.checking(tags: [String(repeating: "é", count: 25)]).count == 1)
        for tags in [many + ["20"], [""], ["  "], ["a", "\n"], [String(repeating: "é", count: 26)], ["\u{202E}"]] {
            #expect(throws: AssetError.invalidTags) { try AssetName.checking(tags: tags) }
        }
    }

    @Test func `an edit changes what it names, in whole or not at all`() throws {
        let now = Instant(seconds: 1_780_000_000)
        let account = ID<Account>.make(at: now)
        let id = ID<Asset>.make(at: now)
        let asset = Asset(
            id: id, account: account, createdBy: nil, key: .upload(id, of: account, .png), name: "a.png", type: .png,
            size: 1, sha256: "", dimensions: nil, tags: ["t"], createdAt: now, expiresAt: nil)
        func edited(_ edit: AssetEdit, _ asset: Asset, at now: Instant) throws -> Asset {
            var asset = asset
            try edit.apply(to: &asset, now: now)
            return asset
        }

        let favorite = try edited(AssetEdit(favorite: true), asset, at: now)
        let again = try edited(AssetEdit(favorite: true), favorite, at: now + .seconds(5))

        #expect(try edited(AssetEdit(), asset, at: now) == asset)
        #expect(favorite.favoriteAt == now && again.favoriteAt == now, "since when, and not since the last click")
        #expect(try edited(AssetEdit(favorite: false), favorite, at: now) == asset)
        #expect(try edited(AssetEdit(name: "b", tags: []), asset, at: now).tags == [])
        #expect(throws: AssetError.invalidName) { try edited(AssetEdit(name: "/"), asset, at: now) }
    }

    @Test func `a key of any file survives its text, and with another character it is another key or none`() throws {
        var chance = Seeded(42)
        let (account, job) = (ID<Account>.random(), ID<Job>.random())
        let keys = FileType.allCases.flatMap { type -> [StorageKey] in
            [.upload(.random(), of: account, type), .output(Int(chance.number(0...99)), of: job, account, type)]
        } + [.model("weights.zip", version: 3, of: "m-1", account)]

        for key in keys {
            let text = key.description
            #expect(StorageKey(checking: text) == key && StorageKey(sqlValue: key.sqlValue) == key)
            #expect(key.fileExtension == text.split(separator: ".").last)
            for length in 0..<text.count { #expect(StorageKey(checking: text.prefix(length)) != key) }
            for position in text.indices {
                for wrong in ["/", ".", "\\", "\0", " ", "A", "é", "%", ""] {
                    let changed = StorageKey(checking: text.replacingCharacters(in: position...position, with: wrong))
                    #expect(changed != key || text[position...position] == wrong)
                }
            }
        }
        #expect(StorageKey(checking: "uploads/\(String(repeating: "a", count: 250))/b.png") == nil)
        #expect(StorageKey(sqlValue: .integer(1)) == nil)
    }
}
