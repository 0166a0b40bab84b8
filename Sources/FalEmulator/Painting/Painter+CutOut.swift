import Core

extension Painter {
    struct CutOut {
        let picture: Picture
        /// One band: white is the subject.
        let mask: Picture

        /// The smallest part that holds the whole subject.
        func cropped() throws(PictureError) -> Picture {
            let values = try mask.pixels()
            let width = mask.width
            var (left, right, top, bottom) = (width, -1, mask.height, -1)
            for (place, value) in values.enumerated() where value > 0 {
                (left, right) = (min(left, place % width), max(right, place % width))
                (top, bottom) = (min(top, place / width), max(bottom, place / width))
            }
            guard right >= left, bottom >= top else { return picture }
            return try picture.cropped(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
        }
    }

    /// `input` with what surrounds its subject made clear, in the input's size. What can be reached from the border
    /// through colors that change slowly counts as background: good for plain and soft grounds, poor for busy ones.
    func cutOut(_ input: Picture) throws(PictureError) -> CutOut {
        let flat = try input.flattened()
        let small = try flat.shrunk(toFit: 192)
        let background = try Background(pixels: small.pixels(), width: small.width, height: small.height)
        let rough = try Picture(pixels: background.mask(), width: small.width, height: small.height, bands: 1)
        let mask = try rough.median(5).blurred(0.9).resized(width: flat.width, height: flat.height, .stretch)
            .mapped { UInt8(min(255, max(0, (Int($0) - 110) * 5))) }
        return CutOut(picture: try flat.masked(by: mask), mask: mask)
    }
}
