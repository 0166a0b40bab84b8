/// All that is made of one picture, from decoding it once.
package struct PreviewFiles: Sendable {
    /// The files of the thumbnails, in the order of `Thumbnail.sides`.
    package let thumbnails: [[UInt8]]
    package let preview: Asset.Preview

    /// To be called on one of `PictureThreads`.
    ///
    /// - Parameters:
    ///   - packet: The XMP of the thumbnails, if they have any.
    ///   - pixels: The most that the picture may have.
    package init(
        of file: [UInt8], packet: [UInt8]? = nil, atMost pixels: Int = Thumbnail.pixelLimit
    ) throws(PictureError) {
        var picture = try Picture(thumbnailOf: file, side: Thumbnail.sides.max() ?? 1, atMost: pixels)
        var bytes = try picture.encodedAsThumbnail()
        var files = [bytes]
        // Each from the next larger one: that costs a fraction of decoding the picture again, and looks the same.
        for side in Thumbnail.sides.sorted(by: >).dropFirst() {
            if max(picture.width, picture.height) > side {
                picture = try picture.shrunk(toFit: side)
                bytes = try picture.encodedAsThumbnail()
            }
            files.append(bytes)
        }
        thumbnails = files.reversed().map { thumbnail in
            packet.flatMap { EmbedPacket.embed($0, in: thumbnail, .webp) } ?? thumbnail
        }

        let small = try picture.shrunk(toFit: ThumbHash.longestSide)
        let pixels = try small.rgba()
        let gray = try small.flattened().gray()
            .resized(width: PerceptualHash.side, height: PerceptualHash.side, .stretch)
        preview = Asset.Preview(
            thumbHash: ThumbHash(width: small.width, height: small.height, rgba: pixels).base64,
            color: Color(averageOf: pixels), perceptualHash: PerceptualHash(gray: try gray.pixels()).description)
    }
}
