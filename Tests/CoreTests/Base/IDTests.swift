@testable import Core
import Foundation
import SQL
import TestSupport
import Testing

struct IDTests {
    private let now = Instant(rawValue: 0x0123_4567_89AB)

    @Test func `an id has its time in front, then the version, then chance`() throws {
        let id = ID<Job>.make(at: now).rawValue
        let parts = id.split(separator: "-")

        #expect(parts.map(\.count) == [8, 4, 4, 4, 12])
        #expect(id.hasPrefix("01234567-89ab-7"))
        #expect(parts[3].first.map { "89ab".contains($0) } == true)
        #expect(ID<Job>(checking: id)?.rawValue == id)
    }

    @Test func `a random id is of version 4, and no two are the same`() {
        let ids = (0..<200).map { _ in ID<Job>.random().rawValue }

        #expect(Set(ids).count == 200)
        for id in ids {
            let parts = id.split(separator: "-")
            #expect(parts[2].first == "4" && parts[3].first.map { "89ab".contains($0) } == true, "\(id)")
            #expect(UUID(uuidString: id) != nil)
        }
    }

    @Test func `ids sort by their time, and the first of an instant lies between those before and after it`() {
        var chance = Seeded(11)
        for _ in 0..<300 {
            let instant = Instant(rawValue: chance.number(1...0xFFFF_FFFF_FFFE))
            let before = ID<Job>.make(at: instant - .milliseconds(1))
            let (first, same) = (ID<Job>.first(at: instant), ID<Job>.make(at: instant))

            #expect(before < first && first < same)
            #expect(same < ID<Job>.first(at: instant + .milliseconds(1)))
        }
    }

    /// The cursor of a list's first page is "g", and no id may be behind it.
    @Test func `a time before 1970 and one beyond the field are ids as well`() {
        for instant in [Instant(rawValue: -1), Instant(rawValue: .min), .distantFuture] {
            let id = ID<Job>.make(at: instant).rawValue
            #expect(ID<Job>(checking: id) != nil && id < "g", "\(id)")
        }
        #expect(ID<Job>.first(at: Instant(rawValue: -5)) == ID<Job>.first(at: Instant(rawValue: 0)))
    }

    @Test func `upper case is read as lower case`() {
        let text = "0123ABCD-89AB-7CDE-8F01-23456789ABCD"

        #expect(ID<Job>(checking: text)?.rawValue == text.lowercased())
        #expect(ID<Job>(checking: "x\(text)y".dropFirst().dropLast())?.rawValue == text.lowercased())
    }

    private static let good = "01234567-89ab-7cde-8f01-23456789abcd"

    @Test func `a text that is cut short, too long or changed in its marks is no id`() {
        for length in 0..<36 { #expect(ID<Job>(checking: Self.good.prefix(length)) == nil) }
        #expect(ID<Job>(checking: Self.good + "0") == nil)
        for position in 0..<36 {
            let isMark = [8, 13, 18, 23].contains(position)
            for wrong in isMark ? ["0", "_", "–"] : ["-", "g", "G", " ", "/", ":", "`", "@", "\0", "é", "０"] {
                var text = Array(Self.good).map { String($0) }
                text[position] = wrong
                #expect(ID<Job>(checking: text.joined()) == nil, "\(wrong) at \(position)")
            }
        }
    }

    @Test(arguments: [
        "{01234567-89ab-7cde-8f01-23456789abc}", "0123456789ab7cde8f0123456789abcd0000",
        "'; DROP TABLE jobs; -- 0123456789abc", "../../../../../../../../etc/passwd00",
        // 36 bytes, and fewer characters; the sign of Kelvin is a k in lower case.
        String(repeating: "é", count: 18), String(repeating: "\u{212A}", count: 12),
    ])
    func `what only has an id's length is none`(text: String) {
        #expect(ID<Job>(checking: text) == nil)
    }

    @Test func `an id comes out of JSON checked, and goes in as text`() throws {
        let id = try #require(ID<Job>(checking: Self.good))

        #expect(try JSON([id]).text == "[\"\(Self.good)\"]")
        #expect(try JSON(parsing: "[\"\(Self.good.uppercased())\"]").decode([ID<Job>].self) == [id])
        for wrong in ["[\"x\"]", "[7]", "[null]", "[\"\(Self.good) \"]"] {
            #expect(throws: DecodingError.self) { try JSON(parsing: wrong).decode([ID<Job>].self) }
        }
    }

    @Test func `a column holds an id as text`() {
        let id = ID<Job>(rawValue: Self.good)

        #expect(id.sqlValue == .text(Self.good))
        #expect(ID<Job>(sqlValue: .text(Self.good)) == id)
        #expect(ID<Job>(sqlValue: .integer(7)) == nil && ID<Job>(sqlValue: .null) == nil)
    }
}
