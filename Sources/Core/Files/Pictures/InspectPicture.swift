/// Decodes a picture to its end, to learn what its header cannot say. In one pass, since it is done for every output.
package struct InspectPicture: Sendable {
    package struct Findings: Sendable, Hashable {
        /// Nothing but black: what a safety checker leaves of a picture that it does not like.
        package let isBlack: Bool
    }

    private let threads: PictureThreads
    private let pixelLimit: Int

    package init(threads: PictureThreads, pixelLimit: Int = 50_000_000) {
        self.threads = threads
        self.pixelLimit = pixelLimit
    }

    /// Throws `PictureError` where the bytes are damaged or more than may be decoded.
    package func callAsFunction(_ bytes: [UInt8]) async throws -> Findings {
        try await threads.run { [pixelLimit] in try Self.look(at: bytes, pixelLimit: pixelLimit).findings }
    }

    /// Blocks: for `PictureThreads`.
    static func look(
        at bytes: [UInt8], pixelLimit: Int = ImageSize.mostPixels, within limit: Duration = Picture.timeLimit
    ) throws(PictureError) -> (info: PictureInfo, findings: Findings) {
        let picture = try PictureBytes(bytes)
        let info = try PictureInfo(inspecting: picture)
        try info.checkForStoring(atMost: pixelLimit)
        let brightest = try info.brightest(in: picture, within: limit)
        // What is cut out of its background may well be a black coat.
        return (info, Findings(isBlack: !info.hasAlpha && brightest <= 1))
    }
}
