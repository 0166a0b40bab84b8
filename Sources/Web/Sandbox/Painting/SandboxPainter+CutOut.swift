import Core

extension SandboxPainter {
    struct CutOut {
        let picture: Picture
        /// One band: white is kept.
        let mask: Picture
    }

    /// `input` with what surrounds its subject made clear, in the input's size. What can be reached from the border
    /// through colours that change slowly counts as background: good for plain and soft grounds, poor for busy ones.
    func cutOut(_ input: Picture) throws(PictureError) -> CutOut {
        let flat = try input.flattened()
        let small = try flat.shrunk(toFit: 192)
        let background = try Background(pixels: small.blurred(0.8).pixels(), width: small.width, height: small.height)
        let rough = try Picture(pixels: background.mask(), width: small.width, height: small.height, bands: 1)
        let mask = try rough.median(5).blurred(0.9).resized(width: flat.width, height: flat.height, .stretch)
            .mapped { UInt8(min(255, max(0, (Int($0) - 110) * 5))) }
        return CutOut(picture: try flat.masked(by: mask), mask: mask)
    }
}
