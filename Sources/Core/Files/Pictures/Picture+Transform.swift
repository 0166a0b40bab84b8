import CVips

extension Picture {
    package enum Fit {
        /// To the very size, whatever becomes of the proportions.
        case stretch
        /// Fills the size in its own proportions; what sticks out is cut off evenly.
        case fill
    }

    package func resized(width: Int, height: Int, _ fit: Fit) throws(PictureError) -> Picture {
        try Picture(darkroom_picture_resize(pointer, Int32(width), Int32(height), fit == .fill ? 1 : 0))
    }

    /// In its own proportions, neither side longer than `side`; never enlarged.
    package func shrunk(toFit side: Int) throws(PictureError) -> Picture {
        let longest = max(width, height)
        guard longest > side else { return self }
        return try resized(width: max(1, width * side / longest), height: max(1, height * side / longest), .stretch)
    }

    package func cropped(x: Int, y: Int, width: Int, height: Int) throws(PictureError) -> Picture {
        try Picture(darkroom_picture_crop(pointer, Int32(x), Int32(y), Int32(width), Int32(height)))
    }

    /// Without alpha, over a color.
    package func flattened(over color: Color = .white) throws(PictureError) -> Picture {
        guard hasAlpha else { return self }
        return try Picture(darkroom_picture_flatten(pointer, color.red, color.green, color.blue))
    }

    package func covered(by top: Picture) throws(PictureError) -> Picture {
        try Picture(darkroom_picture_over(pointer, top.pointer))
    }

    /// - Parameter share: From 0, all of this picture, to 1, all of the other.
    package func blended(with other: Picture, share: Double) throws(PictureError) -> Picture {
        try Picture(darkroom_picture_blend(pointer, other.pointer, Int32((min(max(share, 0), 1) * 1000).rounded())))
    }

    /// Darkened by another, as by a drawing in ink on glass.
    package func multiplied(by other: Picture) throws(PictureError) -> Picture {
        try Picture(darkroom_picture_multiply(pointer, other.pointer))
    }

    /// Each band's value replaced by `value` of it.
    package func mapped(_ value: (UInt8) -> UInt8) throws(PictureError) -> Picture {
        try Picture(darkroom_picture_map(pointer, (0...255).map { value(UInt8($0)) }))
    }

    /// Each pixel's lightness replaced by a color, dark to light.
    package func tinted(_ color: (UInt8) -> Color) throws(PictureError) -> Picture {
        let table = (0...255).flatMap { value -> [UInt8] in
            let color = color(UInt8(value))
            return [color.red, color.green, color.blue]
        }
        return try Picture(darkroom_picture_tint(pointer, table))
    }

    package func gray() throws(PictureError) -> Picture { try Picture(darkroom_picture_gray(pointer)) }

    package func blurred(_ sigma: Double) throws(PictureError) -> Picture {
        try Picture(darkroom_picture_blur(pointer, sigma))
    }

    /// Paint-like areas with clean edges. Slow: its cost grows with the size's square.
    package func median(_ size: Int) throws(PictureError) -> Picture {
        try Picture(darkroom_picture_median(pointer, Int32(size)))
    }

    /// One band, light where lightness changes.
    package func edges() throws(PictureError) -> Picture { try Picture(darkroom_picture_edges(pointer)) }

    package func grained(_ sigma: Double, seed: Int32) throws(PictureError) -> Picture {
        try Picture(darkroom_picture_grain(pointer, sigma, seed))
    }

    /// With `mask`, of one band and the same size, as alpha.
    package func masked(by mask: Picture) throws(PictureError) -> Picture {
        try Picture(darkroom_picture_mask(pointer, mask.pointer))
    }
}
