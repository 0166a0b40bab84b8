import CVips

extension Picture {
    /// The file's bytes, without any metadata: no place, no camera, no thumbnail of before. JPEG has no alpha and gets
    /// a white ground. GIF is taken in, never made: it becomes PNG.
    package func encoded(_ format: PictureFormat, quality: Int = 88) throws(PictureError) -> [UInt8] {
        switch format {
        case .jpeg:
            let flat = try flattened()
            return try Self.collect { darkroom_picture_jpeg(flat.pointer, Int32(quality), &$0, &$1) }
        case .webp:
            return try Self.collect { darkroom_picture_webp(pointer, Int32(quality), &$0, &$1) }
        case .png, .gif:
            return try Self.collect { darkroom_picture_png(pointer, 6, &$0, &$1) }
        }
    }

    private static func collect(
        _ save: (inout UnsafeMutableRawPointer?, inout Int) -> Int32
    ) throws(PictureError) -> [UInt8] {
        var block: UnsafeMutableRawPointer?
        var length = 0
        guard save(&block, &length) == 0, let block else { throw .failed(PictureError.lastMessage()) }
        defer { darkroom_vips_free(block) }
        return Array(UnsafeRawBufferPointer(start: block, count: length))
    }
}
