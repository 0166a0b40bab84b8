import Core

extension Painter {
    /// The side beyond which work is done on a smaller copy: a median's cost grows quickly.
    private static let workingSide = 1536

    /// `input` as another hand would have made it; in its own size, without the label.
    func restyled(_ input: Picture, prompt: String, seed: Int64) throws(PictureError) -> Picture {
        let treatment = Treatment(prompt: prompt, seed: seed)
        var random = PaintRandom(text: prompt, seed: seed)
        let palette = treatment.palette(accent: Subject(prompt: prompt, random: &random).accent)
        let small = try input.flattened().shrunk(toFit: Self.workingSide)
        let made = try apply(treatment, palette, to: small).grained(
            3, seed: Int32(truncatingIfNeeded: random.next() & 0xFFFF))
        return made.width == input.width ? made : try made.resized(width: input.width, height: input.height, .stretch)
    }

    private func apply(_ treatment: Treatment, _ palette: [Color], to input: Picture) throws(PictureError) -> Picture {
        let mapped = try input.tinted { palette.color(at: Double($0) / 255) }
        switch treatment {
        case .painting:
            let strokes = try input.median(7).mapped { Self.steps($0, 9) }
            return try strokes.blended(with: mapped.median(5), share: 0.5).multiplied(by: ink(input, strength: 0.9))
        case .sketch:
            let blank = [UInt8](repeating: 250, count: input.width * input.height)
            let paper = try Picture(pixels: blank, width: input.width, height: input.height, bands: 1)
            let shading = try input.gray().blurred(3).mapped {
                UInt8(min(255, 150 + Int(Self.steps($0, 5)) * 105 / 255))
            }
            let lines = try paper.multiplied(by: ink(input, strength: 2.6)).multiplied(by: shading)
            return try lines.tinted { palette.color(at: Double($0) / 255) }
        case .poster:
            let areas = try input.median(5).tinted { palette.color(at: Double(Self.steps($0, 5)) / 255) }
            return try areas.multiplied(by: ink(input, strength: 1.8))
        case .noir:
            return try input.tinted { palette.color(at: Self.contrast(Double($0) / 255)) }
        case .neon:
            let lights = try input.edges().blurred(1.4).mapped { UInt8(min(255, Int($0) * 2)) }
            return try mapped.blended(with: lights.tinted { palette.color(at: Double($0) / 255) }, share: 0.45)
        case .watercolor:
            let wash = try input.median(9).mapped { UInt8(70 + Int($0) * 185 / 255) }
            return try wash.blended(with: mapped, share: 0.3).multiplied(by: ink(input, strength: 0.7))
        }
    }

    /// White, with dark lines where `input` has edges.
    private func ink(_ input: Picture, strength: Double) throws(PictureError) -> Picture {
        try input.edges().blurred(0.7).mapped { UInt8(255 - min(230, Int(Double(max(0, Int($0) - 12)) * strength))) }
    }

    /// As few values as a screen print has.
    private static func steps(_ value: UInt8, _ count: Int) -> UInt8 {
        UInt8(Int(value) * count / 256 * 255 / (count - 1))
    }

    private static func contrast(_ share: Double) -> Double {
        share * share * (3 - 2 * share)
    }
}
