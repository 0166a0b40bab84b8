@testable import Core
import Crypto
import Foundation
import Logging
import SQL
import TestSupport
import Testing

/// Outputs on their way into the store: what is written into them, and what stays as it came.
struct MarkOutputsTests {
    @Test(arguments: [PictureFormat.jpeg, .png, .webp], TestEngine.available)
    func `a picture is stored marked and signed, with its row for these bytes and the same pixels`(
        format: PictureFormat, engine: TestEngine
    ) async throws {
        let output = try await MarkedOutput(engine)
        let picture = try MarkSample.picture(format)

        let outcome = try await output.outcome(of: picture)
        let asset = try output.asset(outcome)
        let stored = try await output.fixture.bytes(of: asset.key)
        guard case .stored(let new) = outcome else { throw Unexpected("\(outcome)") }
        try await output.fixture.database.write(order: .alone) { try $0.files.insertOutputs([new]) }

        #expect(SourceType(foundIn: stored) == .created && output.isSigned(stored))
        let text = String(decoding: stored, as: UTF8.self)
        #expect(text.contains("AISystemUsed=\"FLUX.1 schnell\"") && text.contains("CreatorTool=\"Darkroom 1.2\""))
        #expect(text.contains("CreateDate=\"\(output.fixture.clock.now.text)\""))
        for secret in ["\(output.actor.account)", "\(output.job)", "\(asset.id)"] { #expect(!text.contains(secret)) }
        #expect(asset.size == stored.count && asset.sha256 == Hex.text(SHA256.hash(data: stored)))
        #expect(asset.dimensions == ImageSize(width: 17, height: 9))
        let pixels = try Picture(decoding: picture, atMost: 10_000).pixels()
        #expect(try Picture(decoding: stored, atMost: 10_000).pixels() == pixels)
        #expect(try PictureCleaner.clean(stored, format).bytes == nil, "sent in again, it keeps its bytes")
        #expect(output.log.lines(at: .warning) == [])
        #expect(try output.fixture.storedPaths() == [asset.key.description])
        #expect(try await output.fixture.count(.deletions) == 0)
    }

    @Test func `a picture that is turned upright, cleaned or converted is marked afterwards`() async throws {
        let output = try await MarkedOutput()
        let turned = PictureFile.jpeg(
            try MarkSample.picture(.jpeg), adding: [PictureFile.exifSegment(TIFFBlock.camera(orientation: 6))])
        let convert = ConvertPicture(
            program: try Binary.url().path, time: .system, logger: output.fixture.logger)

        let stored = try await output.stored(turned)
        let heic = try output.asset(await output.outcome(of: HEIFSample.heic, index: 1, convert: convert))

        #expect(SourceType(foundIn: stored) == .created && output.isSigned(stored))
        #expect(try PictureInfo(inspecting: stored).width == 9)
        #expect(MarkSample.count(Array("SECRET".utf8), in: stored) == 0)
        let converted = try await output.fixture.bytes(of: heic.key)
        #expect(SourceType(foundIn: converted) == .created && output.isSigned(converted))
    }

    @Test func `the sandbox's pictures say that a program painted them`() async throws {
        let output = try await MarkedOutput()
        let stored = try await output.stored(MarkSample.picture(.png), by: .sandbox)

        let text = String(decoding: stored, as: UTF8.self)
        #expect(SourceType(foundIn: stored) == .program)
        #expect(text.contains("AISystemUsed=\"Darkroom sandbox\"") && !text.contains("trainedAlgorithmicMedia"))
        #expect(!text.contains("FLUX"))
    }

    @Test(arguments: [PictureFormat.jpeg, .png, .webp])
    func `with a provider's manifest a picture stays as it came, byte for byte`(format: PictureFormat) async throws {
        let output = try await MarkedOutput()
        let plain = try MarkSample.picture(format)
        let manifest = Array("JP signed by the provider".utf8)
        let file = switch format {
        case .jpeg: PictureFile.jpeg(plain, adding: [PictureFile.segment(0xEB, manifest)])
        case .png: PictureFile.png(plain, adding: [PictureFile.chunk("caBX", manifest)])
        default: Self.appending(PictureFile.riff("C2PA", manifest), to: plain)
        }

        #expect(try await output.stored(file) == file)
        #expect(output.log.lines(at: .warning) == [])
    }

    private static func appending(_ chunk: [UInt8], to file: [UInt8]) -> [UInt8] {
        let body = file.dropFirst(8) + chunk
        return Array("RIFF".utf8) + PictureFile.little(body.count, 4) + body
    }

    @Test func `a film with a provider's manifest stays as it came, and another one is marked`() async throws {
        let output = try await MarkedOutput()
        let credentials: [UInt8] = [
            0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81,
        ]
        let signed = Array(Sample.mp4.prefix(24)) + Film.box("uuid", credentials + [1]) + Sample.mp4.dropFirst(24)

        #expect(try await output.stored(signed) == signed)
        let asset = try output.asset(await output.outcome(of: Sample.mp4, index: 1))
        let stored = try await output.fixture.bytes(of: asset.key)

        #expect(stored.starts(with: Sample.mp4) && SourceType(foundIn: stored) == .created)
        #expect(asset.size == stored.count && asset.sha256 == Hex.text(SHA256.hash(data: stored)))
        #expect(try output.fixture.storedPaths().count == 2, "what was received is gone")
        #expect(output.log.lines(at: .warning) == [])
    }

    @Test func `a GIF stays as it came, and nothing is missing`() async throws {
        let output = try await MarkedOutput()
        #expect(try await output.stored(PictureFile.gif()) == PictureFile.gif())
        #expect(output.log.lines(at: .warning) == [])
    }

    @Test func `a whole film that has no place for a mark is stored without, and one line says why`() async throws {
        let output = try await MarkedOutput()
        let endless = Array(Sample.mp4.dropLast(12)) + [0, 0, 0, 0] + Array("mdat".utf8) + [1, 2, 3, 4]

        #expect(try await output.stored(endless) == endless)

        let lines = output.log.lines(at: .warning)
        #expect(lines.count == 1 && lines[0].contains("no place for XMP") && lines[0].contains("\(output.job)"))
    }

    @Test func `a film that is broken is refused as before, without a word about marks`() async throws {
        let output = try await MarkedOutput()
        for film in [Array(Sample.mp4.dropLast()), Array(Sample.webm.dropLast())] {
            guard case .broken = try await output.outcome(of: film) else { throw Unexpected("it was stored") }
        }
        #expect(output.log.lines(at: .warning) == [])
        #expect(try output.fixture.storedPaths() == [])
    }

    @Test(arguments: [MarkOutputs.Mode.off, .marks])
    func `the switch leaves out the signature, or everything`(mode: MarkOutputs.Mode) async throws {
        let output = try await MarkedOutput(.sqlite, mode)
        let picture = try MarkSample.picture(.jpeg)

        let stored = try await output.stored(picture)

        #expect(!output.isSigned(stored))
        #expect(mode == .off ? stored == picture : SourceType(foundIn: stored) == .created)
        #expect(try await output.fixture.database.read { try $0.installation.fact(.provenance) } == nil)
        let film = try await output.stored(Sample.mp4, index: 1)
        #expect((film == Sample.mp4) == (mode == .off))
    }

    @Test func `storing again gives the same marks, and the row is that of the file that is there`() async throws {
        let output = try await MarkedOutput()
        let picture = try MarkSample.picture(.png)

        let (first, second) = (try await output.outcome(of: picture), try await output.outcome(of: picture))
        let (one, other) = (try output.asset(first), try output.asset(second))
        guard case .stored(let early) = first, case .stored(let late) = second else { throw Unexpected("not stored") }

        #expect(one.key == other.key && one.size == other.size && one.sha256 != other.sha256, "signatures differ")
        await #expect(throws: AssetError.removedMeanwhile) {
            try await output.fixture.database.write(order: .alone) { try $0.files.insertOutputs([early]) }
        }
        try await output.fixture.database.write(order: .alone) { try $0.files.insertOutputs([late]) }
        let stored = try await output.fixture.bytes(of: other.key)
        #expect(Hex.text(SHA256.hash(data: stored)) == other.sha256)
        #expect(try await output.fixture.count(.assets) == 1)
        #expect(try await output.fixture.count(.deletions) == 0)
    }

    @Test func `an output of the largest size is stored without marks rather than refused`() throws {
        let origin = OutputOrigin(
            job: .random(), index: 0, kind: .textToImage, provider: .fal, model: "m", madeAt: Instant(seconds: 1))
        let mark = OutputMark(
            packet: ProvenancePacket(.created), tool: .init(name: "Darkroom", version: "1"), origin: origin,
            identity: nil)
        let size = Bucket.outputs.sizeLimit
        let film = Sample.mp4 + Film.box("free", [UInt8](repeating: 0, count: size - Sample.mp4.count - 8))
        #expect(film.count == size)

        let marked = mark.apply(to: film, .mp4)

        #expect(marked.bytes == nil && marked.problem?.contains("larger") == true)
    }

    @Test func `an output's id is always the same, of its own, and none of the job's`() {
        func id(_ job: ID<Job>, _ index: Int) -> String {
            OutputOrigin(
                job: job, index: index, kind: .textToImage, provider: .fal, model: "m", madeAt: Instant(seconds: 1)
            ).documentID
        }
        let (one, other) = (ID<Job>.random(), ID<Job>.random())
        #expect(id(one, 0) == id(one, 0) && Set([id(one, 0), id(one, 1), id(other, 0)]).count == 3)
        #expect(ID<Asset>(checking: id(one, 0)) != nil && id(one, 0) != one.rawValue)
        #expect(id(one, 0).dropFirst(14).first == "4")
    }

    @Test func `an upload is never marked`() async throws {
        let output = try await MarkedOutput()
        let picture = try MarkSample.picture(.png)
        let uploads = output.fixture.uploads(prepare: PrepareFile(PreparePicture(threads: output.threads)))
        guard case .stored(let asset) = try await uploads(Parts(picture), name: nil, announced: nil, for: output.actor)
        else { throw Unexpected("it was not stored") }
        #expect(try await output.fixture.bytes(of: asset.key) == picture)
    }
}
