/// Decides what a file's content credentials come to: whether each part is what the claim says, the claim is signed,
/// and the file is what was signed. Fetches nothing, and reads no time stamps and no lists of revoked certificates.
struct VerifyManifest: Sendable {
    let anchors: TrustAnchors

    enum Problem: Error {
        case tampered(FileCredentials.Tampering)
        case unreadable(FileCredentials.Unreadable)

        var credentials: FileCredentials {
            switch self {
            case .tampered(let reason): .tampered(reason)
            case .unreadable(let reason): .unreadable(reason)
            }
        }
    }

    func callAsFunction(_ found: FoundManifest, of file: [UInt8], now: Instant) -> FileCredentials {
        guard case .store(let bytes, let ranges) = found else {
            if case .unreadable(let reason) = found { return .unreadable(reason) }
            return .none
        }
        do throws(Problem) {
            let manifest = try Self.read(bytes)
            let parts = try Self.verifiedParts(of: manifest)
            guard manifest.signature.isValid(over: manifest.claimBytes) else { throw .tampered(.signature) }
            try Self.verifyContent(file, parts, usual: manifest.usual, within: ranges)
            try Self.verifyIngredients(parts, manifest)
            let statement = FileCredentials.Statement(manifest, parts, now: now)
            return anchors.include(manifest.signature.chain) ? .signedHere(statement) : .signedElsewhere(statement)
        } catch {
            return error.credentials
        }
    }

    /// A part of the manifest whose hash is what the claim says, by its label.
    struct Part: Sendable {
        let label: String
        let value: CBOR

        func isNamed(_ name: String) -> Bool {
            label == name || label.hasPrefix(name + ".") || label.hasPrefix(name + "__")
        }
    }

    private static func read(_ bytes: [UInt8]) throws(Problem) -> ReadManifest {
        do throws(FileCredentials.Unreadable) { return try ReadManifest(bytes) } catch { throw .unreadable(error) }
    }

    /// Those that are read at all. Each part that is there has to be named by the claim.
    private static func verifiedParts(of manifest: ReadManifest) throws(Problem) -> [Part] {
        var parts: [Part] = []
        var labels: Set<String> = []
        for reference in manifest.references {
            guard let box = manifest.box(reference.url), reference.algorithm(box.content) == reference.hash else {
                throw .tampered(.assertion)
            }
            labels.insert(box.label)
            guard ["c2pa.actions", "c2pa.hash.", "c2pa.ingredient"].contains(where: { box.label.hasPrefix($0) }) else {
                continue
            }
            guard let value = ReadManifest.value(of: box) else { throw .unreadable(.unsupported) }
            parts.append(Part(label: box.label, value: value))
        }
        let there = manifest.assertions.map(\.label)
        guard Set(there).count == there.count, there.allSatisfy({ labels.contains($0) }) else {
            throw .tampered(.assertion)
        }
        return parts
    }

    /// The whole file but the credentials themselves has the hash that was signed.
    private static func verifyContent(
        _ file: [UInt8], _ parts: [Part], usual: ContentHash, within ranges: [Range<Int>]
    ) throws(Problem) {
        let bindings = parts.filter { $0.label.hasPrefix("c2pa.hash.") }
        guard bindings.count == 1, let binding = bindings.first, binding.isNamed("c2pa.hash.data") else {
            throw .unreadable(.unsupported)
        }
        let value = binding.value
        var algorithm = usual
        if case .text(let name) = value["alg"] {
            guard let named = ContentHash(rawValue: name) else { throw .unreadable(.unsupported) }
            algorithm = named
        }
        guard case .bytes(let hash) = value["hash"] else { throw .unreadable(.malformed) }
        let exclusions = try exclusions(of: value, in: file)
        // Else a part of the picture could be left out, and changed.
        let allowed = joined(ranges)
        guard exclusions.allSatisfy({ range in allowed.contains { $0.contains(range) } }) else {
            throw .tampered(.exclusions)
        }
        guard algorithm(file, without: exclusions) == hash else { throw .tampered(.content) }
    }

    private static func exclusions(of value: CBOR, in file: [UInt8]) throws(Problem) -> [Range<Int>] {
        guard let listed = value["exclusions"] else { return [] }
        guard case .array(let values) = listed, values.count <= 64 else { throw .unreadable(.malformed) }
        var (ranges, position): ([Range<Int>], Int) = ([], 0)
        for value in values {
            guard case .unsigned(let start) = value["start"], case .unsigned(let length) = value["length"],
                let start = Int(exactly: start), let length = Int(exactly: length), start >= position,
                start <= file.count, length <= file.count - start
            else { throw .tampered(.exclusions) }
            ranges.append(start..<start + length)
            position = start + length
        }
        return ranges
    }

    /// Neighbors are one range.
    private static func joined(_ ranges: [Range<Int>]) -> [Range<Int>] {
        ranges.reduce(into: []) { joined, range in
            if let last = joined.last, last.upperBound == range.lowerBound {
                joined[joined.count - 1] = last.lowerBound..<range.upperBound
            } else {
                joined.append(range)
            }
        }
    }

    /// What the file was made from had these credentials. Whether they held is what the signer says.
    private static func verifyIngredients(_ parts: [Part], _ manifest: ReadManifest) throws(Problem) {
        // A manifest that something was taken out of has another hash.
        guard manifest.claim["redacted_assertions"] == nil else { return }
        for part in parts where part.isNamed("c2pa.ingredient") {
            guard let reference = part.signedManifest(usual: manifest.usual) else { continue }
            guard let box = manifest.box(reference.url), reference.algorithm(box.content) == reference.hash else {
                throw .tampered(.ingredient)
            }
        }
    }
}

extension VerifyManifest.Part {
    /// Of an ingredient: where its own credentials are.
    func signedManifest(usual: ContentHash) -> ReadManifest.Reference? {
        (value["activeManifest"] ?? value["c2pa_manifest"]).flatMap { ReadManifest.reference($0, usual: usual) }
    }
}

extension Range<Int> {
    fileprivate func contains(_ other: Range<Int>) -> Bool {
        lowerBound <= other.lowerBound && other.upperBound <= upperBound
    }
}
