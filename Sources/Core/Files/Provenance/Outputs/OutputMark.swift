/// What is written into one output's file.
package struct OutputMark: Sendable {
    let packet: ProvenancePacket
    let tool: ContentManifest.Tool
    let origin: OutputOrigin
    /// Nil if nothing is signed.
    let identity: SigningIdentity?

    /// What became of a file.
    package struct Marked: Sendable, Hashable {
        /// Nil if the file stays as it is.
        let bytes: [UInt8]?
        /// Why it is not marked, or not signed; nil if nothing is missing.
        let problem: String?
    }

    /// Marks a finished picture or an MP4, and signs what can be signed. Never fails: a file that has no place for a
    /// mark stays as it is.
    func apply(to file: [UInt8], _ type: FileType) -> Marked {
        // Recognized by its hash.
        if type == .gif { return Marked(bytes: nil, problem: nil) }
        // It says already how it was made, signed by who made it.
        if type == .mp4, MP4Packet.hasManifest(file) { return Marked(bytes: nil, problem: nil) }
        guard let marked = EmbedPacket.embed(packet.bytes, in: file, type) else {
            return Marked(bytes: nil, problem: "the structure of the \(type.name) file has no place for XMP")
        }
        let signed = signed(marked, type)
        let bytes = signed.bytes ?? marked
        guard bytes.count <= Bucket.outputs.sizeLimit else {
            return Marked(bytes: nil, problem: "with marks the file would be larger than an output may be")
        }
        return Marked(bytes: bytes, problem: signed.problem)
    }

    private func signed(_ file: [UInt8], _ type: FileType) -> Marked {
        guard let identity, [.jpeg, .png, .webp].contains(type) else { return Marked(bytes: nil, problem: nil) }
        let manifest = ContentManifest(
            sourceType: packet.sourceType, system: packet.system, tool: tool,
            title: "\(origin.index + 1).\(type.fileExtension)", createdAt: origin.madeAt, id: origin.documentID)
        do {
            let bytes = try SignPicture.sign(file, type, manifest, identity)
            return Marked(
                bytes: bytes, problem: bytes == nil ? "the \(type.name) file has no place for a signature" : nil)
        } catch {
            return Marked(bytes: nil, problem: "the \(type.name) file could not be signed: \(error)")
        }
    }
}
