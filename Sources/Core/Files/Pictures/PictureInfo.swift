import CVips

/// What a picture's header says, read without decoding a pixel.
package struct PictureInfo: Sendable, Hashable {
    package let format: PictureFormat
    /// As shown: a camera's rotation is applied.
    package let width: Int
    package let height: Int
    /// More than one if it is animated.
    package let pages: Int
    package let hasAlpha: Bool
    /// The bytes that decoding holds for each pixel.
    let bytesPerPixel: Int

    package init(inspecting bytes: [UInt8]) throws(PictureError) {
        try self.init(inspecting: PictureBytes(bytes))
    }

    init(inspecting picture: PictureBytes) throws(PictureError) {
        let (bytes, format) = (picture.bytes, picture.format)
        var facts = darkroom_picture_facts()
        guard darkroom_picture_inspect(bytes, bytes.count, format.loader, &facts) == 0 else {
            throw .broken(PictureError.lastMessage())
        }
        let isTurned = (5...8).contains(facts.orientation)
        self.format = format
        let head = Array(bytes.prefix(IncomingFile.headLimit))
        bytesPerPixel = max(Int(facts.pixel_bytes), DecodedPixel.bytes(head: head, type: format.fileType))
        width = Int(isTurned ? facts.height : facts.width)
        height = Int(isTurned ? facts.width : facts.height)
        pages = Int(facts.pages)
        hasAlpha = facts.has_alpha != 0
    }

    /// Refuses what would take too much memory or time to decode; of an animation, its first page. The bound in pixels
    /// is one in bytes as well: four for each pixel.
    package func check(atMost pixels: Int) throws(PictureError) {
        let (area, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, area <= pixels, area * bytesPerPixel <= pixels * 4 else {
            throw .tooLarge(width: width, height: height)
        }
    }

    package static let mostFrames = 500
    /// A browser that plays an animation decodes them all.
    package static let mostPixelsOfFrames = 400_000_000

    /// Refuses what is not stored: by the bounds of `ImageSize`, and an animation by its frames.
    func checkForStoring(atMost pixels: Int = ImageSize.mostPixels) throws(PictureError) {
        try check(atMost: pixels)
        guard width * height * bytesPerPixel <= ImageSize.mostDecodedBytes else {
            throw .tooLarge(width: width, height: height)
        }
        guard pages <= Self.mostFrames, pages * width * height <= Self.mostPixelsOfFrames else {
            throw .tooManyFrames(pages)
        }
    }

    /// The highest value of any pixel, from 0 to 255. All are decoded, one after the other, and none stays in memory.
    func brightest(
        in picture: PictureBytes, within limit: Duration = Picture.timeLimit
    ) throws(PictureError) -> Double {
        let bytes = picture.bytes
        var brightest = 0.0
        switch darkroom_picture_brightest(bytes, bytes.count, format.loader, limit.cMilliseconds, &brightest) {
        case 0: return brightest
        case Int32(DARKROOM_LATE): throw .tooSlow
        default: throw .broken(PictureError.lastMessage())
        }
    }
}
