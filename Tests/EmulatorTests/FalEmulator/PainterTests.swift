import Core
import Testing
@testable import FalEmulator

struct PainterTests {
    private let painter = Painter()

    @Test func `the same prompt and seed give the same file, another prompt or seed another file`() throws {
        func bytes(_ prompt: String, _ seed: Int64) throws -> [UInt8] {
            try painter.paint(prompt, seed: seed, width: 96, height: 64).encoded(.png)
        }
        let one = try bytes("a park", 1)
        #expect(try bytes("a park", 1) == one)
        #expect(try bytes("a park", 2) != one)
        #expect(try bytes("a lake", 1) != one)
    }

    @Test(arguments: [(1, 1), (16, 900), (900, 16), (333, 777), (1024, 576)])
    func `a picture has exactly the size asked for`(width: Int, height: Int) throws {
        let info = try PictureInfo(
            inspecting: painter.paint("a boat", seed: 3, width: width, height: height).encoded(.webp))
        #expect(info.width == width && info.height == height && info.format == .webp)
    }

    @Test(
        arguments: ["", "<svg onload='x'>&amp;\u{0}\u{7}", "\u{202E}مرحبا 😀", String(repeating: "long ", count: 5000)])
    func `any prompt can be painted and captioned`(prompt: String) throws {
        #expect(try painter.paint(prompt, seed: 1, width: 200, height: 120).width == 200)
    }

    @Test func `every scene and every figure can be painted`() throws {
        let prompts = [
            "park", "mountains", "sea", "city", "galaxy", "desert", "abstract", "dress", "lone tree", "boat", "balloon",
            "house",
        ]
        for mood in ["day", "dawn", "sunset", "night", "fog", "snow"] {
            for prompt in prompts { _ = try painter.paint("\(mood) \(prompt)", seed: 5, width: 48, height: 48) }
        }
    }

    @Test func `the label changes the lower left corner, and only what is near it`() throws {
        let scene = try painter.scene("a park", seed: 1, width: 400, height: 300)
        let labeled = try painter.labeled(scene, caption: "a park")
        func part(_ picture: Picture, y: Int) throws -> [UInt8] {
            try picture.cropped(x: 0, y: y, width: 120, height: 40).pixels()
        }
        #expect(try part(scene, y: 260) != part(labeled, y: 260))
        #expect(try part(scene, y: 0) == part(labeled, y: 0))
    }

    @Test func `each treatment really changes its input and keeps its size`() throws {
        let input = try painter.scene("a house in the mountains", seed: 1, width: 120, height: 90)
        let before = try input.pixels()
        let prompts = ["oil painting", "pencil sketch", "pop art", "film noir", "neon", "watercolour"]
        let made = try prompts.map { try painter.restyled(input, prompt: $0, seed: 1).pixels() }
        for pixels in made { #expect(pixels.count == before.count && pixels != before) }
        #expect(Set(made).count == prompts.count)
    }

    @Test(arguments: [PictureFormat.jpeg, .png, .webp])
    func `the smallest and long pictures can be written in every format`(format: PictureFormat) throws {
        for (width, height) in [(1, 1), (512, 16), (16, 512)] {
            let info = try PictureInfo(
                inspecting: painter.paint("a boat", seed: 3, width: width, height: height).encoded(format))
            #expect(info.width == width && info.height == height && info.format == format)
        }
    }

    @Test(arguments: [
        ("a < b & c > \"d\"", "a &lt; b &amp; c &gt; &quot;d&quot;"), ("bell\u{7}nul\u{0}", "bellnul"),
        ("a\u{FFFE}\u{FFFF}", "a"), ("😀 é", "😀 é"),
    ])
    func `a caption is text that XML allows, and never a mark of it`(text: String, escaped: String) {
        #expect(Label.escaped(text) == escaped)
        #expect(Label(caption: text).svg(width: 1000, height: 1000).contains(escaped))
    }

    @Test func `a caption is cut where there is no room for it, and the label is always there`() {
        let caption = "one \n two   " + String(repeating: "three ", count: 500)
        let wide = Label(caption: caption).svg(width: 2000, height: 400)
        let narrow = Label(caption: caption).svg(width: 80, height: 400)

        #expect(wide.contains(">one two three") && wide.contains("…<"))
        #expect(!narrow.contains("one") && narrow.contains(Label.text))
    }

    static let tiny = [(1, 1), (2, 1), (1, 2), (2, 2), (3, 3), (4, 4), (5, 3), (400, 2), (2, 400)]

    @Test(arguments: tiny)
    func `every work is done on pictures of a few pixels too, and keeps their size`(width: Int, height: Int) throws {
        let pixels = (0..<width * height * 3).map { UInt8(truncatingIfNeeded: $0 * 37) }
        let input = try Picture(pixels: pixels, width: width, height: height, bands: 3)

        for prompt in ["oil painting", "pencil sketch", "pop art", "film noir", "neon", "watercolour"] {
            let styled = try painter.restyled(input, prompt: prompt, seed: 1)
            let remixed = try painter.labeled(input.blended(with: styled, share: 0.6), caption: prompt)
            for picture in [styled, remixed, try painter.labeled(styled, caption: prompt)] {
                #expect(picture.width == width && picture.height == height, "\(prompt)")
            }
        }
        let cut = try painter.cutOut(input)
        #expect(cut.mask.width == width && cut.mask.height == height && cut.mask.bands == 1)
        let labeled = try painter.labeled(cut.picture, caption: "")
        for picture in [cut.picture, labeled, try painter.blackout(width: width, height: height)] {
            #expect(picture.width == width && picture.height == height)
        }
        #expect(cut.picture.hasAlpha && labeled.hasAlpha)
        let part = try cut.cropped()
        #expect((1...width).contains(part.width) && (1...height).contains(part.height))
        for format in [PictureFormat.png, .jpeg, .webp] {
            for picture in [cut.picture, cut.mask, part] { #expect(try !picture.encoded(format).isEmpty) }
        }
    }

    @Test func `a cut-out keeps the subject, clears the background, and never keeps all or nothing`() throws {
        var pixels = [UInt8](repeating: 240, count: 100 * 80 * 3)
        for y in 20..<60 {
            for x in 30..<70 { pixels.replaceSubrange((y * 100 + x) * 3..<(y * 100 + x) * 3 + 3, with: [200, 20, 20]) }
        }
        let input = try Picture(pixels: pixels, width: 100, height: 80, bands: 3)

        let cut = try painter.cutOut(input)
        let mask = try cut.mask.pixels()
        let plain = try painter.cutOut(
            Picture(pixels: .init(repeating: 128, count: 300), width: 10, height: 10, bands: 3)).mask.pixels()

        #expect(cut.picture.hasAlpha && cut.picture.width == 100)
        #expect(mask[40 * 100 + 50] == 255 && mask[5 * 100 + 5] == 0)
        #expect(try cut.cropped().width < 60)
        #expect(plain.contains(0) && plain.contains { $0 > 200 })
    }
}
