import CVips

/// Turns a picture's file upright from an EXIF orientation, so that it looks right to who does not read EXIF: a model,
/// an editor, a thumbnail.
///
/// PNG and lossless WebP keep every pixel, in its depth. JPEG keeps every coefficient, where its size is a multiple of
/// its blocks; where it is not, and for lossy WebP, it is encoded once more, with a quality that shows no difference.
/// The color profile stays.
enum TurnPicture {
    /// What the transform of a JPEG's coefficients may hold; above, the picture is decoded and encoded.
    private static let mostCoefficientBytes = 150_000_000
    private static let quality: Int32 = 95

    /// - Parameters:
    ///   - file: Cleaned.
    ///   - orientation: From 2 to 8.
    static func turn(
        _ file: [UInt8], _ info: PictureInfo, from orientation: Int, within limit: Duration = Picture.timeLimit
    ) throws(PictureError) -> [UInt8] {
        if info.format == .jpeg, let turned = turnCoefficients(of: file, info, from: orientation) { return turned }
        let encoded = try encode(file, info, from: orientation, within: limit)
        // libvips writes a block of EXIF that says nothing.
        return try PictureCleaner.clean(encoded, info.format, keeping: .profileOnly).bytes ?? encoded
    }

    private static func turnCoefficients(of file: [UInt8], _ info: PictureInfo, from orientation: Int) -> [UInt8]? {
        let reader = ByteReader(file)
        // Two bytes for each sample, of the picture as it is and as it becomes.
        guard let frame = JPEGFrame(reader),
            frame.coefficientBytes(of: info.width * info.height, in: reader) * 2 <= mostCoefficientBytes
        else { return nil }
        var block: UnsafeMutableRawPointer?
        var length = 0
        let isProgressive: Int32 = frame.isProgressive ? 1 : 0
        guard darkroom_jpeg_turn(file, file.count, Int32(orientation), isProgressive, &block, &length) == 0, let block
        else { return nil }
        defer { darkroom_jpeg_free(block) }
        return Array(UnsafeRawBufferPointer(start: block, count: length))
    }

    private static func encode(
        _ file: [UInt8], _ info: PictureInfo, from orientation: Int, within limit: Duration
    ) throws(PictureError) -> [UInt8] {
        let picture = try PictureBytes(file)
        let encoding = encoding(of: file, info.format)
        var isLate: Int32 = 0
        var block: UnsafeMutableRawPointer?
        var length = 0
        let loaded = picture.bytes.withUnsafeBufferPointer { bytes -> Bool in
            guard let made = darkroom_picture_load(
                bytes.baseAddress, bytes.count, info.format.loader, Int32(orientation), limit.cMilliseconds, &isLate)
            else { return false }
            defer { darkroom_picture_free(made) }
            return darkroom_picture_save(made, encoding, quality, &block, &length) == 0
        }
        guard loaded, let block else { throw isLate == 0 ? .failed(PictureError.lastMessage()) : .tooSlow }
        defer { darkroom_vips_free(block) }
        return Array(UnsafeRawBufferPointer(start: block, count: length))
    }

    private static func encoding(of file: [UInt8], _ format: PictureFormat) -> darkroom_encoding {
        switch format {
        case .jpeg:
            let reader = ByteReader(file)
            return JPEGFrame(reader)?.hasAllColors(in: reader) == true
                ? DARKROOM_ENCODING_JPEG_444 : DARKROOM_ENCODING_JPEG
        case .webp:
            return WebPChunks.isLossless(file) ? DARKROOM_ENCODING_WEBP_LOSSLESS : DARKROOM_ENCODING_WEBP
        case .png, .gif: return DARKROOM_ENCODING_PNG
        }
    }
}

extension Duration {
    /// For C, within its bounds.
    var cMilliseconds: Int32 { Int32(clamping: milliseconds) }
}
