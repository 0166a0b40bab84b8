@testable import Core
import Foundation
import SQL
import TestSupport
import Testing

struct AssetNameTests {
    @Test(arguments: [
        "a", "a.png", "...", ".hidden", "a b", " a ", "-rf", "con", "née.png", "日本.png", "👩‍👩‍👧.png",
        "a:b*c?\"<>|", "%2e%2e%2f",
        "~", "a\u{300}", "\u{200D}a", String(repeating: "a", count: 200), String(repeating: "é", count: 100),
    ])
    func `a name is any text that shows, and stays as it was given`(name: String) throws {
        #expect(try AssetName.checking(name) == name)
        #expect(try AssetName.checking(name, .png) == name)
    }

    @Test(arguments: [
        "", " ", "\t\n", "\u{A0}\u{3000}", ".", "..", "/", "a/b", "../a", "a\\b", "a\u{0}b", "a\nb", "a\r", "a\u{7F}",
        "a\u{85}b", "a\u{2028}b", "a\u{2029}b", "a\u{202E}gnp.exe", "\u{200E}a", "\u{FEFF}a", "a\u{2066}b", "a\u{AD}b",
        String(repeating: "a", count: 201), String(repeating: "é", count: 101),
    ])
    func `what could be a path, break a header or disguise its ending is refused`(name: String) {
        #expect(throws: AssetError.invalidName) { try AssetName.checking(name) }
        #expect(throws: AssetError.invalidName) { try AssetName.checking(name, .png) }
    }

    @Test func `no control character of the first plane is let through, in names or tags`() {
        for value in (0...0xFFFF as ClosedRange<UInt32>) {
            guard let scalar = Unicode.Scalar(value), [.control, .format].contains(scalar.properties.generalCategory),
                scalar != "\u{200D}"
            else { continue }
            #expect(throws: AssetError.invalidName) { try AssetName.checking("a\(scalar)b") }
            #expect(throws: AssetError.invalidTags) { try AssetName.checking(tags: ["a\(scalar)b"]) }
        }
    }

    @Test func `without a name a file is called by its type`() throws {
        for type in FileType.allCases {
            #expect(try AssetName.checking(nil, type) == "upload.\(type.fileExtension)")
        }
    }

    @Test func `tags stay in their order without repeats, which do not count`() throws {
        let many = (0..<20).map { "\($0)" }

        #expect(try AssetName.checking(tags: []) == [])
        #expect(try AssetName.checking(tags: ["b", "a", "b", "B", "a/b"]) == ["b", "a", "B", "a/b"])
        #expect(try AssetName.checking(tags: many + many) == many)
        #expect(try AssetName.checking(tags: [String(repeating: "é", count: 25)]).count == 1)
        for tags in [many + ["20"], [""], ["  "], ["a", "\n"], [String(repeating: "é", count: 26)], ["a\u{202E}"]] {
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
