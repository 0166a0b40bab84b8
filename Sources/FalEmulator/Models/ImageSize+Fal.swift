import Core

/// Sizes by fal's names, and its bounds for those in pixels.
extension ImageSize {
    static let squareHD = ImageSize(width: 1024, height: 1024)
    static let landscape4x3 = ImageSize(width: 1024, height: 768)

    static let falNames: [String: ImageSize] = [
        "square_hd": squareHD, "square": ImageSize(width: 512, height: 512),
        "portrait_4_3": ImageSize(width: 768, height: 1024), "portrait_16_9": ImageSize(width: 576, height: 1024),
        "landscape_4_3": landscape4x3, "landscape_16_9": ImageSize(width: 1024, height: 576),
    ]

    static let falSides: ClosedRange<Int64> = 1...14_142
    /// The sandbox's own bound for the area: 4096 × 4096 takes it some seconds.
    static let paintedArea = 4096 * 4096
}
