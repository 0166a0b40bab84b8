/// Puts a packet of XMP into the bytes of a finished file, in place of one that is there. Nothing else of the file
/// changes: neither pixels nor profiles nor what is behind its end. Of an earlier packet nothing is kept.
///
/// Total: whatever the bytes are, the result is a file or nil.
enum EmbedPacket {
    /// Returns nil if the structure is damaged, or the format has no place for a packet.
    static func embed(_ packet: [UInt8], in file: [UInt8], _ type: FileType) -> [UInt8]? {
        switch type {
        case .jpeg: JPEGPacket.embed(packet, in: file)
        case .png: PNGPacket.embed(packet, in: file)
        case .webp: WebPPacket.embed(packet, in: file)
        case .mp4: MP4Packet.embed(packet, in: file)
        // WebM has no place for one, and nothing here writes that of GIF.
        case .webm, .gif, .zip, .heic, .avif: nil
        }
    }
}
