import Crypto
import Foundation

/// What content credentials claim of a file: how it came to be, and what its bytes are (C2PA 2, claim version 2).
struct ContentManifest: Sendable, Hashable {
    let sourceType: SourceType
    let system: String?
    let tool: Tool
    let title: String
    let createdAt: Instant
    /// A UUID.
    let id: String

    struct Tool: Sendable, Hashable {
        let name: String
        let version: String
    }

    /// Where the manifest is to be, and the hash of the file without it.
    struct Binding: Sendable, Hashable {
        let start: Int
        var length = 0
        /// Bytes without meaning, for a manifest of the right length.
        var padding = 0
        var hash: [UInt8]
    }

    private struct Assertion {
        let label: String
        let content: [UInt8]

        init(_ label: String, _ value: CBOR) {
            self.label = label
            content = ManifestBox.content("cbor", label, [ManifestBox.plain("cbor", value.encoded)])
        }

        var link: CBOR {
            .object([
                "url": .text("self#jumbf=c2pa.assertions/\(label)"),
                "hash": .bytes(Array(SHA256.hash(data: content))),
            ])
        }
    }

    /// The whole manifest store. Of the same length for the same binding's numbers.
    func store(_ binding: Binding, _ signature: CredentialSignature) throws -> [UInt8] {
        let label = "urn:c2pa:\(id)"
        let assertions = [Assertion("c2pa.actions.v2", actions), Assertion("c2pa.hash.data", Self.hash(binding))]
        let claim = claim(assertions, label).encoded
        let manifest = try ManifestBox.labeled("c2ma", label, [
            ManifestBox.labeled("c2as", "c2pa.assertions", assertions.map { ManifestBox.plain("jumb", $0.content) }),
            ManifestBox.labeled("c2cl", "c2pa.claim.v2", [ManifestBox.plain("cbor", claim)]),
            ManifestBox.labeled("c2cs", "c2pa.signature", [ManifestBox.plain("cbor", try signature(of: claim))]),
        ])
        return ManifestBox.labeled("c2pa", "c2pa", [manifest])
    }

    /// One action: it was made. What it was made from is not part of this file's history here.
    private var actions: CBOR {
        var agent = [CBOR.Member(key: .text("name"), value: .text(system ?? tool.name))]
        if system == nil { agent.append(CBOR.Member(key: .text("version"), value: .text(tool.version))) }
        return .object([
            "actions": .array([
                .object([
                    "action": .text("c2pa.created"), "when": .tagged(0, .text(createdAt.text)),
                    "softwareAgent": .map(agent), "digitalSourceType": .text(sourceType.uri),
                ]),
            ]),
        ])
    }

    private static func hash(_ binding: Binding) -> CBOR {
        .object([
            "exclusions": .array([
                .object(["start": .unsigned(UInt64(binding.start)), "length": .unsigned(UInt64(binding.length))]),
            ]),
            "name": .text("jumbf manifest"), "alg": .text("sha256"), "hash": .bytes(binding.hash),
            "pad": .bytes([UInt8](repeating: 0, count: binding.padding)),
        ])
    }

    private func claim(_ assertions: [Assertion], _ label: String) -> CBOR {
        .object([
            "instanceID": .text("xmp:iid:\(id)"),
            "claim_generator_info": .object(["name": .text(tool.name), "version": .text(tool.version)]),
            "signature": .text("self#jumbf=/c2pa/\(label)/c2pa.signature"),
            "created_assertions": .array(assertions.map(\.link)),
            "dc:title": .text(title), "alg": .text("sha256"),
        ])
    }
}
