@testable import Core
import Crypto
import Foundation
import TestSupport
import Testing

/// A signed picture, taken apart again.
struct SignPictureTests {
    private let identity: SigningIdentity
    private let manifest = ContentManifest(
        sourceType: .created, system: "FLUX.1 [dev]", tool: .init(name: "Darkroom", version: "1.2"), title: "1.png",
        createdAt: Instant(seconds: 1_795_770_000), id: "7f0e6c54-5f1c-4e7a-9d7e-111111111111")

    init() throws {
        let (root, key) = (P256.Signing.PrivateKey(), P256.Signing.PrivateKey())
        let validity = IssuedCertificate.Validity(from: Instant(seconds: 0), until: Instant(seconds: 2_000_000_000))
        identity = SigningIdentity(
            key: key, chain: [try IssuedCertificate.leaf(key.publicKey, by: root, validity)],
            root: try IssuedCertificate.root(root, validity))
    }

    private func sign(_ file: [UInt8], _ type: FileType, _ identity: SigningIdentity? = nil) throws -> [UInt8]? {
        try SignPicture.sign(file, type, manifest, identity ?? self.identity)
    }

    /// Its label, and what is in it.
    private struct Box {
        let label: String
        let children: [Box]
        let value: CBOR?
        let content: [UInt8]

        /// - Parameter bytes: Without size and letters.
        init(_ bytes: ArraySlice<UInt8>) throws {
            let parts = try Self.split(bytes)
            let description = try #require(parts.first)
            #expect(description.type == "jumd" && description.content.dropFirst(16).first == 3)
            label = String(decoding: description.content.dropFirst(17).dropLast(), as: UTF8.self)
            children = try parts.dropFirst().filter { $0.type == "jumb" }.map { try Box($0.content) }
            value = try parts.first { $0.type == "cbor" }.map { try CBORReader.read($0.content) }
            content = Array(bytes)
        }

        static func split(_ bytes: ArraySlice<UInt8>) throws -> [(type: String, content: ArraySlice<UInt8>)] {
            var (parts, rest) = ([(type: String, content: ArraySlice<UInt8>)](), bytes)
            while !rest.isEmpty {
                let size = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
                try #require((8...rest.count).contains(size))
                let type = String(decoding: rest.dropFirst(4).prefix(4), as: UTF8.self)
                parts.append((type, rest.prefix(size).dropFirst(8)))
                rest = rest.dropFirst(size)
            }
            return parts
        }

        func find(_ label: String) throws -> Box { try #require(children.first { $0.label == label }, "\(label)") }
    }

    /// Where the manifest is with its wrapping, and the store itself.
    private func found(in file: [UInt8], _ type: FileType) throws -> (range: Range<Int>, store: Box) {
        let reader = ByteReader(file)
        let mark = try #require(file.firstRange(of: Array("jumb".utf8))).lowerBound
        let size = try #require(reader.big32(at: mark - 4))
        let box = try Box(file[(mark + 4)..<(mark - 4 + size)])
        let (before, after) = switch type {
        case .jpeg: (16, 0)
        case .png: (12, 4)
        default: (12, 0)
        }
        return ((mark - before)..<(mark - 4 + size + after), box)
    }

    private func number(_ value: CBOR?) -> Int? { if case .unsigned(let number) = value { Int(number) } else { nil } }
    private func bytes(_ value: CBOR?) -> [UInt8]? { if case .bytes(let bytes) = value { bytes } else { nil } }
    private func list(_ value: CBOR?) -> [CBOR] { if case .array(let values) = value { values } else { [] } }

    @Test func `the hash is that of all other bytes, and the signature that of the claim`() throws {
        for variant in try MarkSample.all() where !variant.description.contains("bytes behind") {
            let type = variant.format.fileType
            let marked = try #require(EmbedPacket.embed(MarkSample.packet, in: variant.file, type))
            let signed = try #require(try sign(marked, type), "\(variant)")
            let (range, store) = try found(in: signed, type)
            let manifest = try store.find("urn:c2pa:\(manifest.id)")
            let assertions = try manifest.find("c2pa.assertions")

            let hash = try #require(try assertions.find("c2pa.hash.data").value)
            let exclusions = list(hash["exclusions"])
            let exclusion = try #require(exclusions.first)
            #expect(number(exclusion["start"]) == range.lowerBound && number(exclusion["length"]) == range.count)
            let rest = signed[..<range.lowerBound] + signed[range.upperBound...]
            #expect(bytes(hash["hash"]) == Array(SHA256.hash(data: rest)), "\(variant)")

            let claim = try #require(try manifest.find("c2pa.claim.v2").value)
            for link in list(claim["created_assertions"]) {
                guard case .text(let url) = link["url"] else { throw Unexpected("\(link)") }
                let label = try #require(url.split(separator: "/").last)
                #expect(bytes(link["hash"]) == Array(SHA256.hash(data: try assertions.find(String(label)).content)))
            }
            #expect(list(claim["created_assertions"]).count == 2)
            #expect(claim["signature"] == .text("self#jumbf=/c2pa/urn:c2pa:\(self.manifest.id)/c2pa.signature"))
            #expect(try isSigned(manifest, claim))
            let pixels = try Picture(decoding: signed, atMost: 10_000).pixels()
            #expect(try pixels == Picture(decoding: variant.file, atMost: 10_000).pixels(), "\(variant)")
            #expect(MarkSample.count(MarkSample.packet, in: signed) == 1)
        }
    }

    private func isSigned(_ manifest: Box, _ claim: CBOR) throws -> Bool {
        guard case .tagged(18, let sign1) = try manifest.find("c2pa.signature").value,
            case let parts = list(sign1), parts.count == 4, case .bytes(let protected) = parts[0],
            parts[1] == .map([]), parts[2] == .null, case .bytes(let signature) = parts[3],
            case .map(let header) = try CBORReader.read(protected[...])
        else { throw Unexpected("no COSE_Sign1") }
        #expect(header.first { $0.key == .unsigned(1) }?.value == .negative(6), "ES256")
        #expect(header.first { $0.key == .unsigned(33) }?.value == .bytes(identity.chain[0]))
        let signed = CBOR.array([.text("Signature1"), .bytes(protected), .bytes([]), .bytes(claim.encoded)]).encoded
        return identity.key.publicKey.isValidSignature(
            try P256.Signing.ECDSASignature(rawRepresentation: signature), for: Data(signed))
    }

    @Test func `it says how the picture was made, with what, and nothing of whose it is`() throws {
        let signed = try #require(try sign(MarkSample.picture(.png), .png))
        let manifest = try found(in: signed, .png).store.find("urn:c2pa:\(manifest.id)")
        let actions = try manifest.find("c2pa.assertions").find("c2pa.actions.v2").value
        let made = list(actions?["actions"])
        let action = try #require(made.first)

        #expect(action["action"] == .text("c2pa.created"))
        #expect(action["digitalSourceType"] == .text(SourceType.created.uri))
        #expect(action["softwareAgent"]?["name"] == .text("FLUX.1 [dev]"))
        #expect(action["when"] == .tagged(0, .text("2026-11-27T09:00:00.000Z")))
        let claim = try #require(try manifest.find("c2pa.claim.v2").value)
        #expect(claim["claim_generator_info"]?["name"] == .text("Darkroom"))
        #expect(claim["claim_generator_info"]?["version"] == .text("1.2"))
        #expect(claim["dc:title"] == .text("1.png") && claim["alg"] == .text("sha256"))
    }

    @Test(arguments: [PictureFormat.jpeg, .png, .webp])
    func `a manifest has an even length, whatever it says and wherever it is`(format: PictureFormat) throws {
        let file = try MarkSample.picture(format)
        for length in 0..<40 {
            let manifest = ContentManifest(
                sourceType: .created, system: nil, tool: manifest.tool, title: String(repeating: "x", count: length),
                createdAt: manifest.createdAt, id: manifest.id)
            let signed = try #require(try SignPicture.sign(file, format.fileType, manifest, identity))
            let mark = try #require(signed.firstRange(of: Array("jumb".utf8))).lowerBound
            #expect(try #require(ByteReader(signed).big32(at: mark - 4)).isMultiple(of: 2))
            if format == .webp { #expect(RIFF(signed)?.chunks.last?.name == "C2PA") }
            #expect(RIFF(signed) != nil || format != .webp)
        }
    }

    @Test func `a place far into a file is named as well`() throws {
        let noise = (0..<300 * 300 * 3).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }
        let file = try Picture(pixels: noise, width: 300, height: 300, bands: 3).encoded(.webp)
        #expect(file.count > 256)
        let signed = try #require(try sign(file, .webp))
        let (range, store) = try found(in: signed, .webp)
        let hash = try store.find("urn:c2pa:\(manifest.id)").find("c2pa.assertions").find("c2pa.hash.data").value
        let exclusions = list(hash?["exclusions"])
        let exclusion = try #require(exclusions.first)
        #expect(number(exclusion["start"]) == file.count && range.upperBound == signed.count)
    }

    @Test func `a chain goes along as a list, and one that is too long is refused`() throws {
        let leaf = identity.chain[0]
        let chain = SigningIdentity(key: identity.key, chain: [leaf, identity.root])
        let signed = try #require(try sign(MarkSample.picture(.jpeg), .jpeg, chain))
        #expect(MarkSample.count(leaf, in: signed) == 1 && MarkSample.count(identity.root, in: signed) == 1)
        #expect(chain.root == identity.root)

        let long = SigningIdentity(key: identity.key, chain: [leaf, [UInt8](repeating: 1, count: 60_000)])
        for format in [PictureFormat.jpeg, .png, .webp] {
            #expect(try sign(MarkSample.picture(format), format.fileType, long) == nil)
        }
    }

    @Test func `what has no place for it is refused, and hostile bytes too`() throws {
        for type in FileType.allCases {
            for file in [
                [], Sample.text, [0xFF, 0xD8], Array(Sample.png().prefix(30)), Array(Sample.webp().dropLast(4)),
            ] {
                #expect(try sign(file, type) == nil)
            }
        }
        #expect(try sign(PictureFile.gif(), .gif) == nil)
    }
}
