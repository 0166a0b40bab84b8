import Core
import HTTPTypes
import TestSupport
import Testing
@testable import Web

/// What a request says of the copy it has, without a file.
struct FileConditionTests {
    private let instant = Instant(seconds: 784_111_777)

    private func file(at instant: Instant, size: Int = 100) -> ServedFile {
        let (id, account) = (ID<Asset>.random(), ID<Account>.random())
        return ServedFile(Asset(
            id: id, account: account, createdBy: nil, key: .upload(id, of: account, .png), name: "a", type: .png,
            size: size, sha256: "abc", dimensions: nil, createdAt: instant, expiresAt: nil))
    }

    @Test(arguments: [
        ("\"abc\"", true), ("W/\"abc\"", true), ("\"x\", \"abc\"", true), ("\"x\",\"abc\",\"y\"", true), ("*", true),
        ("abc", false), ("\"ABC\"", false), ("\"abc", false), ("\"abcd\"", false), ("w/\"abc\"", false), ("", false),
        ("\"x\"", false), (",,,", false),
    ])
    func `a copy with the file's tag is the file`(tags: String, isUnchanged: Bool) {
        #expect(FileConditions([.ifNoneMatch: tags]).isUnchanged(file(at: instant)) == isUnchanged)
        // Whatever the date says.
        let both: HTTPFields = [.ifNoneMatch: tags, .ifModifiedSince: "Sun, 06 Nov 1994 08:49:37 GMT"]
        #expect(FileConditions(both).isUnchanged(file(at: instant)) == isUnchanged)
    }

    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", true), ("Sun, 06 Nov 1994 08:49:38 GMT", true),
        ("Sun, 06 Nov 1994 08:49:36 GMT", false), ("Sunday, 06-Nov-94 08:49:37 GMT", false),
        ("Sun Nov  6 08:49:37 1994", false), ("Sun, 06 Nov 9994 08:49:37 +0000", false), ("", false), ("*", false),
        ("Sun, 31 Nov 1994 08:49:37 GMT", false), ("Sun, 06 Foo 2094 08:49:37 GMT", false),
        ("Sun, 06 Nov 999999999999 08:49:37 GMT", false), ("Sun, 06 Nov 1994 25:49:37 GMT", false),
        ("Sun, 06 Nov 1994 08:49:37 GMT GMT", false),
    ])
    func `a copy of that second or later is the file, and a date that is none is ignored`(
        date: String, isUnchanged: Bool
    ) {
        let file = file(at: instant + .milliseconds(999))
        #expect(FileConditions([.ifModifiedSince: date]).isUnchanged(file) == isUnchanged)
    }

    @Test func `without a condition the file is sent`() {
        #expect(!FileConditions([:]).isUnchanged(file(at: instant)))
        #expect(FileConditions([:]).range(of: file(at: instant)) == .whole)
    }

    @Test(arguments: [
        (nil, ByteRange.part(5..<100)), ("\"abc\"", .part(5..<100)), ("Sun, 06 Nov 1994 08:49:37 GMT", .part(5..<100)),
        ("\"x\"", .whole), ("W/\"abc\"", .whole), ("Sun, 06 Nov 1994 08:49:38 GMT", .whole), ("", .whole),
    ] as [(String?, ByteRange)])
    func `a part is sent only to be added to a copy of the very file`(condition: String?, range: ByteRange) {
        var headers: HTTPFields = [.range: "bytes=5-"]
        headers[.ifRange] = condition
        #expect(FileConditions(headers).range(of: file(at: instant)) == range)
    }

    @Test func `a range lies within the file, whatever numbers are asked for`() {
        var chance = Seeded(52)
        for _ in 0..<3_000 {
            let size = Int(chance.number(0...50))
            let ends = (0..<2).map { _ in chance.happens(oneIn: 4) ? "" : "\(chance.number(0...60))" }
            switch ByteRange("bytes=\(ends[0])-\(ends[1])", size: size) {
            case .part(let range):
                #expect(!range.isEmpty && range.lowerBound >= 0 && range.upperBound <= size, "\(ends) of \(size)")
                if let first = Int(ends[0]) { #expect(range.lowerBound == first) }
            case .unsatisfiable:
                #expect(Int(ends[0]).map { $0 >= size } ?? (ends[1] == "0" || size == 0), "\(ends) of \(size)")
            case .whole:
                let isBackwards = Int(ends[0]).flatMap { first in Int(ends[1]).map { $0 < first } } ?? false
                #expect(ends == ["", ""] || isBackwards, "\(ends) of \(size)")
            }
        }
    }

    @Test func `any date that is written is read back, with its weekday`() {
        var chance = Seeded(53)
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        for _ in 0..<1_000 {
            let seconds = chance.number(0...253_402_300_799)
            let text = HTTPDate.text(Instant(seconds: seconds))
            #expect(HTTPDate.seconds(text) == seconds, "\(text)")
            #expect(text.hasPrefix(days[Int(seconds / 86_400 % 7)]) && text.count == 29)
        }
        #expect(HTTPDate.text(Instant(seconds: -1)) == "Wed, 31 Dec 1969 23:59:59 GMT")
    }
}
