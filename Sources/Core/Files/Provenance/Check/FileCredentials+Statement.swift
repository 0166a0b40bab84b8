import X509

extension FileCredentials.Statement {
    /// - Parameter parts: Those that the signature covers.
    init(_ manifest: ReadManifest, _ parts: [VerifyManifest.Part], now: Instant) {
        let leaf = manifest.signature.chain.first
        let actions = parts.filter { $0.isNamed("c2pa.actions") }.flatMap { part -> [CBOR] in
            if case .array(let actions) = part.value["actions"] { actions } else { [] }
        }
        signer = leaf?.subject(.RDNAttributeType.commonName)
        organization = leaf?.subject(.RDNAttributeType.organizationName)
        isOutsideValidity = leaf?.isValid(at: now) != true
        digitalSourceType = actions.lazy.compactMap { SourceTerm.of($0["digitalSourceType"]?.string) }.first
        tool = Self.tool(manifest.claim)
        createdAt = actions.lazy.compactMap { $0["when"]?.string.flatMap { Instant(text: $0) } }.first
        hasSignedParent = parts.contains { part in
            part.isNamed("c2pa.ingredient") && part.value["relationship"]?.string == "parentOf"
                && part.signedManifest(usual: manifest.usual) != nil
        }
    }

    private static func tool(_ claim: CBOR) -> String? {
        var info = claim["claim_generator_info"]
        if case .array(let infos) = info { info = infos.first }
        let name = info?["name"]?.string ?? claim["claim_generator"]?.string
        let text = [name, info?["version"]?.string].compactMap { $0 }.joined(separator: " ")
        return FileMarks.text(text)
    }
}

extension CBOR {
    /// A text, or one that is tagged as a time.
    fileprivate var string: String? {
        switch self {
        case .text(let text): text
        case .tagged(0, .text(let text)): text
        default: nil
        }
    }
}
