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

    package init(inspecting bytes: [UInt8]) throws(PictureError) {
        guard let format = PictureFormat(sniffing: bytes) else { throw .notAPicture }
        var facts = darkroom_picture_facts()
        guard darkroom_picture_inspect(bytes, bytes.count, format.loader, &facts) == 0 else {
            throw .broken(PictureError.lastMessage())
        }
        let isTurned = (5...8).contains(facts.orientation)
        self.format = format
        width = Int(isTurned ? facts.height : facts.width)
        height = Int(isTurned ? facts.width : facts.height)
        pages = Int(facts.pages)
        hasAlpha = facts.has_alpha != 0
    }

    /// Refuses what would take too much memory or time to decode; of an animation, its first page.
    package func check(atMost pixels: Int) throws(PictureError) {
        let (area, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, area <= pixels else { throw .tooLarge(width: width, height: height) }
    }

    /// The highest value of any pixel, from 0 to 255. All are decoded, one after the other, and none stays in memory.
    func brightest(in bytes: [UInt8]) throws(PictureError) -> Double {
        var brightest = 0.0
        guard darkroom_picture_brightest(bytes, bytes.count, format.loader, &brightest) == 0 else {
            throw .broken(PictureError.lastMessage())
        }
        return brightest
    }
}
