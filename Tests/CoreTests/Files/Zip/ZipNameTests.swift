@testable import Core
import Testing

struct ZipNameTests {
    private func asset(_ name: String, _ type: FileType = .png, job: ID<Job>? = nil, index: Int? = nil) -> Asset {
        let now = Instant(seconds: 1_780_000_000)
        let (id, account) = (ID<Asset>.make(at: now), ID<Account>.make(at: now))
        return Asset(
            id: id, account: account, createdBy: nil, job: job, outputIndex: index, key: .upload(id, of: account, type),
            name: name, type: type, size: 1, sha256: "", dimensions: nil, createdAt: now, expiresAt: nil)
    }

    @Test(arguments: [
        ("dress.png", "dress.png"), ("Dress.PNG", "Dress.PNG"), ("dress", "dress.png"), ("dress.jpg", "dress.png"),
        ("dress.v2", "dress.v2.png"), ("IMG_1.HEIC", "IMG_1.png"), ("图.png", "图.png"), ("a:b*c?.png", "a_b_c_.png"),
        ("<\"|\\>.png", "_____.png"), ("con.png", "_con.png"), ("Con.backup.png", "_Con.backup.png"),
        ("LPT1", "_LPT1.png"), ("com¹.png", "_com¹.png"), ("COM10.png", "COM10.png"), ("console.png", "console.png"),
        ("con .x.png", "_con .x.png"), ("name. .png", "name.png"), ("..hidden.png", "hidden.png"),
        (" .png", "file.png"), (".png", "file.png"), ("a\u{7}b.png", "a_b.png"), ("a.b.c.png", "a.b.c.png"),
    ])
    func `an upload's own name, as every file system takes it`(name: String, expected: String) {
        let name = ZipName(asset(name))
        #expect(name.stem + name.ending == expected)
    }

    @Test func `a JPEG may be called by either of its endings`() {
        for (name, expected) in [("a.jpeg", "a.jpeg"), ("a.JPG", "a.JPG"), ("a.png", "a.jpg"), ("a", "a.jpg")] {
            let name = ZipName(asset(name, .jpeg))
            #expect(name.stem + name.ending == expected)
        }
    }

    @Test func `an output is called by its day, its job and its place, unless somebody named it`() {
        let job = ID<Job>(rawValue: "01890000-0000-7000-8000-0000abcd1234")
        let plain = ZipName(asset("2.png", job: job, index: 1))
        let named = ZipName(asset("best.png", job: job, index: 1))
        let own = OutputName.name(job: job, index: 1, type: .png, at: Instant(seconds: 1_780_000_000))
        let stored = ZipName(asset(own, job: job, index: 1))
        #expect(own == "2026-05-28 abcd1234 2.png" && stored.stem + stored.ending == own)
        #expect(plain.stem + plain.ending == "2026-05-28 abcd1234 2.png")
        #expect(named.stem + named.ending == "best.png")
    }

    @Test func `a long name is cut between two characters, and its ending stays`() {
        for letter in ["a", "图", "👩‍👩‍👧‍👦"] {
            let name = ZipName(asset(String(repeating: letter, count: 200 / letter.utf8.count) + ".png"))
            #expect(name.stem.utf8.count <= ZipName.longestStem && name.stem.utf8.count > 90)
            #expect(name.stem.allSatisfy { String($0) == letter } && name.ending == ".png")
        }
        let accents = ZipName(asset("a" + String(repeating: "\u{301}", count: 120) + ".png"))
        #expect(accents.stem.utf8.count <= ZipName.longestStem && !accents.stem.isEmpty)
    }

    @Test func `no two names differ by case alone`() {
        var names = ZipNames()
        let given = ["a.png", "A.png", "a.PNG", "a (2).png", "b.png", "É.png", "e\u{301}.png"]
        let unique = given.map { names.unique(ZipName(asset($0))) }

        #expect(unique == [
            "a.png", "A (2).png", "a (3).PNG", "a (2) (2).png", "b.png", "É.png", "e\u{301} (2).png",
        ])
        #expect(Set(unique.map { $0.lowercased() }).count == given.count)
        #expect(names.unique(.missing) == "MISSING.txt")
    }

    @Test func `ten thousand equal names are made different without trying each for each`() {
        var names = ZipNames()
        let name = ZipName(asset("a.png"))
        let unique = Set((0..<10_000).map { _ in names.unique(name) })
        #expect(unique.count == 10_000 && unique.contains("a (10000).png"))
    }
}
