import CVips

extension Picture {
    /// The first page of a file, upright, in sRGB, without metadata, no side longer than `side`. Its size is checked
    /// before a pixel is decoded.
    convenience init(thumbnailOf file: [UInt8], side: Int, atMost pixels: Int) throws(PictureError) {
        let picture = try PictureBytes(file)
        let info = try PictureInfo(inspecting: picture)
        try info.check(atMost: pixels)
        let bytes = picture.bytes
        guard let made = darkroom_thumbnail(bytes, bytes.count, info.format.loader, Int32(side)) else {
            throw .broken(PictureError.lastMessage())
        }
        try self.init(made)
    }

    /// As a thumbnail's file: WebP, with alpha, without anything else.
    func encodedAsThumbnail() throws(PictureError) -> [UInt8] {
        var block: UnsafeMutableRawPointer?
        var length = 0
        guard darkroom_thumbnail_webp(pointer, Thumbnail.quality, &block, &length) == 0, let block else {
            throw .failed(PictureError.lastMessage())
        }
        defer { darkroom_vips_free(block) }
        return WebPChunks.withoutMetadata(Array(UnsafeRawBufferPointer(start: block, count: length)))
    }

    /// Four bytes a pixel, whether or not there is alpha.
    func rgba() throws(PictureError) -> [UInt8] {
        let pixels = try pixels()
        guard bands == 3 else { return pixels }
        var all = [UInt8](repeating: 255, count: pixels.count / 3 * 4)
        for index in 0..<pixels.count / 3 {
            for band in 0..<3 { all[index * 4 + band] = pixels[index * 3 + band] }
        }
        return all
    }
}

extension Color {
    /// `0xRRGGBB`
    var rgb: Int { Int(red) << 16 | Int(green) << 8 | Int(blue) }

    /// The average of pixels of four bytes over white.
    init(averageOf rgba: [UInt8]) {
        var sums = [0, 0, 0]
        for index in stride(from: 0, to: rgba.count, by: 4) {
            let alpha = Int(rgba[index + 3])
            for band in 0..<3 { sums[band] += Int(rgba[index + band]) * alpha + 255 * (255 - alpha) }
        }
        let whole = max(1, rgba.count / 4) * 255
        let bands = sums.map { UInt8(($0 + whole / 2) / whole) }
        self.init(red: bands[0], green: bands[1], blue: bands[2])
    }
}
