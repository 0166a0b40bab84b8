import CVips

/// A decoded picture of 8 bits a band: gray, RGB, or RGB with alpha. It is made and used on one of `PictureThreads`,
/// for its operations block, and leaves it as bytes.
package final class Picture {
    let pointer: OpaquePointer

    /// Takes what a call of libvips made.
    init(_ made: OpaquePointer?) throws(PictureError) {
        guard let made else { throw .failed(PictureError.lastMessage()) }
        pointer = made
    }

    deinit {
        darkroom_picture_free(pointer)
    }

    /// How long one may take to decode, unless its format is decoded in one piece.
    package static let timeLimit = Duration.seconds(10)

    /// Decodes the first page, upright, in sRGB. Its size is checked before a pixel is decoded.
    package convenience init(
        decoding bytes: [UInt8], atMost pixels: Int, within limit: Duration = timeLimit
    ) throws(PictureError) {
        let picture = try PictureBytes(bytes)
        let info = try PictureInfo(inspecting: picture)
        try info.check(atMost: pixels)
        var isLate: Int32 = 0
        guard let made = darkroom_picture_decode(
            picture.bytes, picture.bytes.count, info.format.loader, limit.cMilliseconds, &isLate)
        else { throw isLate == 0 ? .broken(PictureError.lastMessage()) : .tooSlow }
        try self.init(made)
    }

    /// Draws an SVG of our own making, at the size it states. Never one from outside: SVG can name other files.
    package convenience init(drawing svg: String) throws(PictureError) {
        let bytes = Array(svg.utf8)
        try self.init(darkroom_picture_draw(bytes, bytes.count))
    }

    /// - Parameter pixels: Row by row, `bands` bytes a pixel.
    package convenience init(pixels: [UInt8], width: Int, height: Int, bands: Int) throws(PictureError) {
        precondition(pixels.count == width * height * bands, "a picture has as many bytes as its size says")
        try self.init(darkroom_picture_from_pixels(pixels, Int32(width), Int32(height), Int32(bands)))
    }

    package var width: Int { Int(facts.width) }
    package var height: Int { Int(facts.height) }
    package var bands: Int { Int(facts.bands) }
    package var hasAlpha: Bool { facts.has_alpha != 0 }

    /// Row by row, `bands` bytes a pixel.
    package func pixels() throws(PictureError) -> [UInt8] {
        var length = 0
        guard let block = darkroom_picture_pixels(pointer, &length) else { throw .failed(PictureError.lastMessage()) }
        defer { darkroom_vips_free(block) }
        return Array(UnsafeRawBufferPointer(start: block, count: length))
    }

    private var facts: darkroom_picture_facts { darkroom_picture_get_facts(pointer) }
}
