/// The active manifest of a store: its claim, and where the claim's parts are. Nothing is verified yet.
struct ReadManifest: Sendable {
    let box: ReadBox
    let claim: CBOR
    /// As they are signed.
    let claimBytes: ArraySlice<UInt8>
    let signature: ReadSignature
    /// The parts that the claim names, each with the hash that it must have.
    let references: [Reference]
    private let store: ReadBox

    /// A part by its address, such as `self#jumbf=c2pa.assertions/c2pa.actions.v2`.
    struct Reference: Sendable, Hashable {
        let url: String
        let hash: [UInt8]
        let algorithm: ContentHash
    }

    private static let mostReferences = 200
    /// Of one box of CBOR: read, it takes many times its size.
    private static let mostCBOR = 256 << 10
    private static let scheme = "self#jumbf="

    /// The last manifest of a store is the active one.
    init(_ bytes: [UInt8]) throws(FileCredentials.Unreadable) {
        store = try ReadBox.read(bytes)
        guard store.kind == "c2pa", let box = store.children.last(where: { $0.type == "jumb" }) else {
            throw .malformed
        }
        // One that only adds to a manifest before it binds no bytes itself.
        guard box.kind == "c2ma" else { throw .unsupported }
        guard let claimBox = box["c2pa.claim.v2"] ?? box["c2pa.claim"], let claimBytes = claimBox.payload("cbor")
        else { throw .malformed }
        self.box = box
        self.claimBytes = claimBytes
        claim = try Self.cbor(claimBytes)
        guard case .text(let address) = claim["signature"],
            let signatureBox = Self.box(address, of: box, in: store), let signature = signatureBox.payload("cbor")
        else { throw .malformed }
        self.signature = try ReadSignature(Self.cbor(signature))
        references = try Self.references(of: claim)
    }

    var usual: ContentHash { Self.usual(of: claim) }

    /// The label of a part of this manifest.
    func label(of reference: Reference) -> String { String(reference.url.split(separator: "/").last ?? "") }

    func box(_ url: String) -> ReadBox? { Self.box(url, of: box, in: store) }

    var assertions: [ReadBox] { box["c2pa.assertions"]?.children.filter { $0.type == "jumb" } ?? [] }

    /// Returns nil if it is of another type, or too long to be read.
    static func value(of box: ReadBox) -> CBOR? {
        box.payload("cbor").flatMap { try? cbor($0) }
    }

    /// What a hashed address of the claim, or of an assertion, says.
    static func reference(_ value: CBOR, usual: ContentHash) -> Reference? {
        guard case .text(let url) = value["url"], case .bytes(let hash) = value["hash"] else { return nil }
        guard case .text(let name) = value["alg"] else { return Reference(url: url, hash: hash, algorithm: usual) }
        return ContentHash(rawValue: name).map { Reference(url: url, hash: hash, algorithm: $0) }
    }

    private static func usual(of claim: CBOR) -> ContentHash {
        guard case .text(let name) = claim["alg"] else { return .sha256 }
        return ContentHash(rawValue: name) ?? .sha256
    }

    private static func references(of claim: CBOR) throws(FileCredentials.Unreadable) -> [Reference] {
        var references: [Reference] = []
        for name in ["assertions", "created_assertions", "gathered_assertions"] {
            guard case .array(let values) = claim[name] else { continue }
            for value in values {
                guard let reference = reference(value, usual: usual(of: claim)) else { throw .unsupported }
                references.append(reference)
            }
        }
        guard references.count <= mostReferences else { throw .tooLarge }
        return references
    }

    private static func cbor(_ bytes: ArraySlice<UInt8>) throws(FileCredentials.Unreadable) -> CBOR {
        guard bytes.count <= mostCBOR else { throw .tooLarge }
        do throws(CBORReader.Failure) { return try CBORReader.read(bytes) } catch { throw .malformed }
    }

    /// An address is within the manifest, or begins at the store.
    private static func box(_ url: String, of manifest: ReadBox, in store: ReadBox) -> ReadBox? {
        guard url.hasPrefix(scheme), url.utf8.count <= 1_000 else { return nil }
        var path = url.dropFirst(scheme.count).split(separator: "/", omittingEmptySubsequences: false)[...]
        var box = manifest
        if path.first == "" {
            guard path.dropFirst().first == "c2pa" else { return nil }
            (path, box) = (path.dropFirst(2), store)
        }
        for label in path {
            guard let child = box[String(label)] else { return nil }
            box = child
        }
        return box
    }
}
