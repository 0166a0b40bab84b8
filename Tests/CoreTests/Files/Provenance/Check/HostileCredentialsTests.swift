@testable import Core
import TestSupport
import Testing

/// Files that somebody damaged or built: none crashes the reader, and none whose picture changed counts as signed.
struct HostileCredentialsTests {
    private static let files = SignedSample.formats + [
        SignedSample.File("with a parent", SignedSample.withParent), SignedSample.File("short", SignedSample.expired),
    ]
    private let now = FakeTime().now

    private func check(_ file: [UInt8], _ verify: VerifyManifest) -> FileCredentials {
        guard let type = FileType(head: file) else { return .none }
        let found = FoundMetadata(file, type: type)
        _ = (FileMarks(xmp: found.xmp), PictureSettings(found))
        return verify(found.manifest, of: file, now: now)
    }

    /// The file without its credentials.
    private func picture(_ file: [UInt8]) -> [UInt8]? {
        guard let type = FileType(head: file), case .store(_, let ranges) = FoundMetadata(file, type: type).manifest
        else { return nil }
        return file.indices.filter { index in !ranges.contains { $0.contains(index) } }.map { file[$0] }
    }

    private func isSigned(_ credentials: FileCredentials) -> Bool {
        switch credentials {
        case .signedHere, .signedElsewhere: true
        case .none, .tampered, .unreadable: false
        }
    }

    @Test(arguments: files)
    func `no beginning of a signed file is signed`(sample: SignedSample.File) throws {
        let file = sample.bytes
        let verify = VerifyManifest(anchors: try SignedSample.anchors)
        #expect(isSigned(check(file, verify)))
        for count in 0..<file.count {
            #expect(!isSigned(check(Array(file[..<count]), verify)), "\(count) bytes")
        }
    }

    @Test(arguments: files)
    func `five hundred changes of a signed file change no picture unseen`(sample: SignedSample.File) throws {
        let file = sample.bytes
        let verify = VerifyManifest(anchors: try SignedSample.anchors)
        let original = try #require(picture(file))
        var random = Seeded("changes of a signed file", variable: "CHECK_SEED")
        var signed = 0
        for _ in 0..<500 {
            let changed = mutated(file, &random)
            guard isSigned(check(changed, verify)) else { continue }
            signed += 1
            // Padding of the credentials may change: it is neither signed nor shown.
            #expect(picture(changed) == original)
        }
        #expect(signed < 250, "most changes are seen")
    }

    @Test func `what claims lengths that are not there is refused without reading them`() {
        let verify = VerifyManifest(anchors: .none)
        let nested = (0..<300).reduce([UInt8]()) { inner, _ in
            PictureFile.big(inner.count + 33, 4) + Array("jumb".utf8) + Self.description + inner
        }
        let huge = PictureFile.big(0xFFFF_FFFF, 4) + Array("jumb".utf8) + Self.description
        let long = PictureFile.big(1, 4) + Array("jumb".utf8) + [UInt8](repeating: 0xFF, count: 8) + Self.description
        let many = PictureFile.big(33 + 8 * 5_000, 4) + Array("jumb".utf8) + Self.description
            + (0..<5_000).flatMap { _ in PictureFile.big(8, 4) + Array("free".utf8) }
        for store in [nested, huge, long, many, [], [0], [UInt8](repeating: 0, count: 64)] {
            let file = PictureFile.png(Sample.png(), adding: [PictureFile.chunk("caBX", store)])
            guard case .unreadable = check(file, verify) else {
                Issue.record("\(check(file, verify))")
                continue
            }
        }
    }

    /// A description box of 25 bytes, of a store of credentials.
    private static let description = PictureFile.big(25, 4) + Array("jumdc2pa".utf8) + [UInt8](repeating: 0, count: 13)

    /// A few bytes, or some taken out, put in or doubled.
    private func mutated(_ file: [UInt8], _ random: inout Seeded) -> [UInt8] {
        var file = file
        let start = Int(random.number(0...Int64(file.count - 1)))
        let end = min(file.count, start + Int(random.number(1...200)))
        switch random.number(0...3) {
        case 0:
            for _ in 0..<random.number(1...12) {
                file[Int(random.number(0...Int64(file.count - 1)))] = UInt8(random.number(0...255))
            }
        case 1: file.removeSubrange(start..<end)
        case 2: file.insert(contentsOf: (start..<end).map { _ in UInt8(random.number(0...255)) }, at: start)
        default: file.insert(contentsOf: file[start..<end], at: Int(random.number(0...Int64(file.count))))
        }
        return file
    }
}
