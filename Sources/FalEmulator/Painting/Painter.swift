import Core

/// Paints what a prompt asks for, as far as shapes and gradients can: the same prompt and seed give the same file, in
/// exactly the size and format asked for, with the label on it. Slow and synchronous: for `PictureThreads`.
struct Painter {
    func paint(_ prompt: String, seed: Int64, width: Int, height: Int) throws(PictureError) -> Picture {
        let scene = try scene(prompt, seed: seed, width: width, height: height)
        return try labeled(scene, caption: prompt)
    }

    /// The scene without the label.
    func scene(_ prompt: String, seed: Int64, width: Int, height: Int) throws(PictureError) -> Picture {
        var random = PaintRandom(text: prompt, seed: seed)
        let subject = Subject(prompt: prompt, random: &random)
        var canvas = Canvas(width: width, height: height, random: random)
        let stand = canvas.paint(subject)
        if let figure = subject.figure {
            canvas.paint(figure, at: stand, accent: subject.accent, subject.mood)
        }
        vignette(&canvas)
        let grain = Int32(truncatingIfNeeded: canvas.random.next() & 0x7FFF_FFFF)
        return try Picture(drawing: canvas.svg).flattened(over: .black).grained(3.2, seed: grain)
    }

    func labeled(_ picture: Picture, caption: String) throws(PictureError) -> Picture {
        let overlay = Label(caption: caption).svg(width: picture.width, height: picture.height)
        let covered = try picture.covered(by: Picture(drawing: overlay))
        return picture.hasAlpha ? covered : try covered.flattened()
    }

    /// What a flagged output is: black, as fal's safety checker leaves it.
    func blackout(width: Int, height: Int) throws(PictureError) -> Picture {
        let black = try Picture(drawing: """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)">\
            <rect width="\(width)" height="\(height)"/></svg>
            """)
        return try labeled(black.flattened(over: .black), caption: "")
    }

    private func vignette(_ canvas: inout Canvas) {
        let shade = canvas.glow([(0.55, .black, 0), (1, .black, 0.34)])
        canvas.ellipse(
            canvas.width / 2, canvas.height / 2, canvas.width * 0.78, canvas.height * 0.78, fill: shade)
    }
}
