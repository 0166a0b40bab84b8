@testable import Core
import Crypto
import Foundation
import TestSupport
import Testing

/// Credentials that another program signed, and what becomes of them.
struct VerifyManifestTests {
    private let now = FakeTime().now

    private func check(
        _ file: [UInt8], anchors: TrustAnchors? = nil, at instant: Instant? = nil
    ) throws -> FileCredentials {
        let type = try #require(FileType(head: file))
        return try VerifyManifest(anchors: anchors ?? SignedSample.anchors)(
            FoundMetadata(file, type: type).manifest, of: file, now: instant ?? now)
    }

    @Test(arguments: SignedSample.formats)
    func `what is signed under our root is recognized in each format`(file: SignedSample.File) throws {
        guard case .signedHere(let statement) = try check(file.bytes) else {
            Issue.record("\(try check(file.bytes))")
            return
        }
        #expect(statement.signer == "Test signer" && statement.organization == "Darkroom test")
        #expect(statement.digitalSourceType == "trainedAlgorithmicMedia" && statement.tool == "Darkroom 1")
        #expect(!statement.isOutsideValidity && !statement.hasSignedParent && statement.createdAt == nil)
    }

    @Test func `the other algorithms are verified as well`() throws {
        for file in [SignedSample.es384, SignedSample.eddsa, SignedSample.ps256] {
            guard case .signedHere = try check(file) else {
                Issue.record("\(try check(file))")
                continue
            }
        }
    }

    @Test func `who does not lead to our root is an unknown signer`() throws {
        for file in [SignedSample.other, SignedSample.borrowedRoot, SignedSample.subordinate] {
            guard case .signedElsewhere(let statement) = try check(file) else {
                Issue.record("\(try check(file))")
                continue
            }
            #expect(statement.organization != "Darkroom test")
        }
    }

    @Test func `without anchors nothing is signed here`() throws {
        for file in [SignedSample.jpeg, SignedSample.png, SignedSample.webp] {
            guard case .signedElsewhere(let statement) = try check(file, anchors: TrustAnchors.none) else {
                Issue.record("\(try check(file, anchors: TrustAnchors.none))")
                continue
            }
            #expect(statement.signer == "Test signer")
        }
    }

    @Test func `a certificate outside its time is said, and what it signed stays signed`() throws {
        guard case .signedHere(let old) = try check(SignedSample.expired),
            case .signedHere(let late) = try check(SignedSample.png, at: Instant(seconds: 2_500_000_000))
        else {
            Issue.record("\(try check(SignedSample.expired))")
            return
        }
        #expect(old.isOutsideValidity && late.isOutsideValidity)
    }

    @Test func `a parent's credentials are said, and verified by their hash`() throws {
        var file = SignedSample.withParent
        guard case .signedHere(let statement) = try check(file) else {
            Issue.record("\(try check(file))")
            return
        }
        #expect(statement.hasSignedParent && statement.digitalSourceType == nil)

        // The first assertion is the parent's: it stands before the active manifest.
        let term = Array("trainedAlgorithmicMedia".utf8)
        let place = try #require(file.indices.first { file[$0...].starts(with: term) })
        file[place] = UInt8(ascii: "T")
        #expect(try check(file) == .tampered(.ingredient))
    }

    @Test func `a claim of the first version is read, with its time`() throws {
        guard case .signedHere(let statement) = try check(SignedSample.firstVersion) else {
            Issue.record("\(try check(SignedSample.firstVersion))")
            return
        }
        #expect(statement.tool == "Old tool/1.0" && statement.digitalSourceType == "digitalCapture")
        #expect(statement.createdAt == Instant(text: "2026-03-01T10:00:00Z"))
    }

    @Test func `what the signature leaves out of the picture makes it worthless`() throws {
        #expect(try check(SignedSample.leavingOutPicture) == .tampered(.exclusions))
        #expect(try check(SignedSample.leavingOutBytes) == .tampered(.exclusions))
    }

    @Test func `a part that the claim does not name is tampering, and a binding that is not read says nothing`(
    ) throws {
        #expect(try check(SignedSample.undeclared) == .tampered(.assertion))
        #expect(try check(SignedSample.otherBinding) == .unreadable(.unsupported))
    }

    @Test(arguments: SignedSample.formats)
    func `one byte of the picture, of the claim or of an assertion decides`(sample: SignedSample.File) throws {
        let (name, file) = (sample.description, sample.bytes)
        func flipped(_ place: Int) throws -> FileCredentials {
            var file = file
            file[place] ^= 1
            return try check(file)
        }
        func place(_ word: String) throws -> Int {
            try #require(file.indices.first { file[$0...].starts(with: word.utf8) })
        }
        #expect(try flipped(place("trainedAlgorithmicMedia")) == .tampered(.assertion))
        #expect(try flipped(place("instanceID") + 20) == .tampered(.signature))
        // JPEG has its picture behind the credentials, WebP before them, PNG on both sides.
        let picture = name == "WebP" ? 30 : file.count - 20
        #expect(try flipped(picture) == .tampered(.content))
    }

    @Test func `bytes behind the end are a change as well`() throws {
        for file in [SignedSample.jpeg, SignedSample.png, SignedSample.webp] {
            #expect(try check(file + [0]) == .tampered(.content))
        }
    }

    @Test func `a file without credentials has none`() throws {
        for file in [Sample.png(), Sample.jpeg(), Sample.webp(), Sample.gif(), Sample.mp4] {
            #expect(try check(file) == .none)
        }
    }

    @Test func `an anchor that is no certificate is refused`() {
        #expect(throws: (any Error).self) { try TrustAnchors(der: [[1, 2, 3]]) }
    }
}
