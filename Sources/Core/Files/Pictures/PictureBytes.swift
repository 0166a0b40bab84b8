/// A picture's file as libvips may have it.
struct PictureBytes {
    let format: PictureFormat
    let bytes: [UInt8]

    init(_ file: [UInt8]) throws(PictureError) {
        guard let format = PictureFormat(sniffing: file) else { throw .notAPicture }
        self.format = format
        bytes = format == .png ? PNGChunks.withoutText(file) : file
    }
}
