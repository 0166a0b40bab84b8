@testable import Core
import Foundation
import TestSupport
import Testing

/// The settings that pictures say of themselves.
struct SettingsTests {
    private static let a1111 = """
        a red dress, (park:1.2)
        second line: with colon
        Negative prompt: blurry,
        ugly
        Steps: 20, Sampler: Euler a, CFG scale: 7.5, Seed: 1234567890, Size: 512x768, Model: dream, \
        Lora hashes: "a: 1, \\"b\\": 2", Version: v1.9
        """

    private func png(_ key: String, _ text: String) -> PictureSettings? {
        let chunk = PictureFile.chunk("iTXt", Array("\(key)\0\0\0\0\0\(text)".utf8))
        return PictureSettings(FoundMetadata(PictureFile.png(Sample.png(), adding: [chunk]), type: .png))
    }

    @Test func `A1111's text is read from a PNG, by its lines and its pairs`() throws {
        let settings = try #require(png("parameters", Self.a1111))

        #expect(settings.source == .automatic1111 && settings.raw == Self.a1111)
        #expect(settings.prompt == "a red dress, (park:1.2)\nsecond line: with colon")
        #expect(settings.negativePrompt == "blurry,\nugly")
        #expect(settings.steps == 20 && settings.sampler == "Euler a" && settings.guidance == Decimal(string: "7.5"))
        #expect(settings.seed == 1_234_567_890 && settings.width == 512 && settings.height == 768)
        #expect(settings.model == "dream")
    }

    @Test(arguments: [true, false])
    func `it is read from the comment of a JPEG's and a WebP's EXIF, in either order of bytes`(isLittle: Bool) throws {
        let units = Array(Self.a1111.utf16).flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        let comment = Array("UNICODE\0".utf8) + units
        let tiff = TIFFBlock([(0x8769, .directory([(0x9286, .bytes(comment))]))], isLittle: isLittle).bytes
        let jpeg = PictureFile.jpeg(Sample.jpeg(), adding: [PictureFile.exifSegment(tiff)])
        let webp = PictureFile.webp(
            Sample.webp("VP8 "), width: 640, height: 480, flags: 8, adding: [PictureFile.riff("EXIF", tiff)])

        for (file, type) in [(jpeg, FileType.jpeg), (webp, .webp)] {
            let settings = try #require(PictureSettings(FoundMetadata(file, type: type)), "\(type)")
            #expect(settings.seed == 1_234_567_890 && settings.negativePrompt == "blurry,\nugly")
        }
    }

    @Test func `a comment without settings is a comment`() {
        let comment = Array("ASCII\0\0\0a day at the sea".utf8)
        let tiff = TIFFBlock([(0x8769, .directory([(0x9286, .bytes(comment))]))]).bytes
        let file = PictureFile.jpeg(Sample.jpeg(), adding: [PictureFile.exifSegment(tiff)])
        #expect(PictureSettings(FoundMetadata(file, type: .jpeg)) == nil)
    }

    private static let odd: [(String, String?, Int64?)] = [
        ("just a prompt: nothing, else", "just a prompt: nothing, else", nil),
        ("a\nSteps: 1, Seed: 2", "a\nSteps: 1, Seed: 2", nil),
        ("Steps: 1, Sampler: x, Seed: 2", nil, 2), ("a\nSteps: 1, Sampler: x, Seed: 2\n\n", "a", 2),
        ("Negative prompt: b\nSteps: 1, Sampler: x, Seed: 9", nil, 9),
        ("a\nSteps: 1, Sampler: \"x, y\", Seed: 99999999999999999999", "a", nil),
        ("a\nSteps: 1, Sampler: \"open, Seed: 3, Size: 9", "a", 3), ("a\nSteps: , Sampler: , Seed: ", "a", nil),
    ]

    @Test(arguments: odd)
    func `what is short, odd or broken is read as far as it goes`(text: String, prompt: String?, seed: Int64?) throws {
        let settings = try #require(A1111Settings.read(text))
        #expect(settings.prompt == prompt && settings.seed == seed)
    }

    @Test(arguments: ["", " \n ", String(repeating: "x", count: 65 << 10)])
    func `nothing, and what is too long, is no settings`(text: String) {
        #expect(A1111Settings.read(text) == nil)
    }

    @Test func `InvokeAI's JSON is read, in both of its forms`() throws {
        let settings = try #require(png("invokeai_metadata", """
            {"positive_prompt": "cat", "negative_prompt": "dog", "seed": 77, "steps": 30, "cfg_scale": 7.5,
             "scheduler": "euler", "width": 512, "height": 640, "model": {"name": "sdxl"}, "loras": []}
            """))
        #expect(settings.source == .invokeai && settings.prompt == "cat" && settings.negativePrompt == "dog")
        #expect(settings.seed == 77 && settings.steps == 30 && settings.guidance == Decimal(string: "7.5"))
        #expect(settings.sampler == "euler" && settings.width == 512 && settings.height == 640)
        #expect(settings.model == "sdxl")

        let old = try #require(png("sd-metadata", """
            {"model_weights": "sd-1.5", "image": {"prompt": [{"prompt": "cat", "weight": 1}], "steps": 50,
             "cfg_scale": 7, "seed": 5, "sampler": "k_lms", "width": 512, "height": 512}}
            """))
        #expect(old.prompt == "cat" && old.seed == 5 && old.sampler == "k_lms" && old.model == "sd-1.5")
        #expect(old.guidance == 7)
        for text in ["{", "[]", "{}", #"{"positive_prompt": 1}"#, String(repeating: "[", count: 10_000)] {
            #expect(png("invokeai_metadata", text) == nil, "\(text.prefix(30))")
        }
    }

    @Test func `our own settings come back as they were written, and count before others`() throws {
        let own = SettingsText(
            kind: "text_to_image", endpoint: "fal-ai/flux/schnell", prompt: "a \"cat\"\n猫", seed: 5,
            parameters: ["steps": 4, "negativePrompt": "dog"])
        let text = try #require(own.encode())
        #expect(SettingsText.decode(text) == own)

        let settings = try #require(png(SettingsText.key, text))
        #expect(settings.source == .darkroom && settings.kind == "text_to_image" && settings.raw == text)
        #expect(settings.endpoint == "fal-ai/flux/schnell" && settings.prompt == own.prompt && settings.seed == 5)
        #expect(settings.steps == 4 && settings.negativePrompt == "dog" && settings.parameters == own.parameters)
        let chunks = [("parameters", "other"), ("darkroom", text)].map { key, text in
            PictureFile.chunk("iTXt", Array("\(key)\0\0\0\0\0\(text)".utf8))
        }
        let both = FoundMetadata(PictureFile.png(Sample.png(), adding: chunks), type: .png)
        #expect(PictureSettings(both)?.source == .darkroom)
    }

    @Test func `settings that are too long are not written, and what is none is not read`() {
        let long = SettingsText(kind: "a", endpoint: "b", prompt: String(repeating: "x", count: SettingsText.limit))
        #expect(long.encode() == nil)
        for text in ["", "{}", "[1]", #"{"kind": "a"}"#, #"{"kind": "a", "endpoint": 1}"#,
            #"{"kind": "a\u0000", "endpoint": "b"}"#, String(repeating: " ", count: 20_000) + "{}"]
        {
            #expect(SettingsText.decode(text) == nil, "\(text.prefix(30))")
        }
    }

    @Test func `an upload keeps our own settings when it is cleaned`() throws {
        let chunk = PictureFile.chunk("iTXt", Array("darkroom\0\0\0\0\0{}".utf8))
        let file = PictureFile.png(Sample.png(), adding: [chunk])
        #expect(try PictureCleaner.clean(file, .png).bytes == nil)
    }

    @Test func `a text of a PNG may be Latin-1 or UTF-8, and deflated`() throws {
        let latin = PictureFile.chunk("tEXt", Array("parameters\0".utf8) + [0xE9, 0x74, 0xE9])
        let utf8 = PictureFile.chunk("tEXt", Array("parameters\0été".utf8))
        let bytes = Array(try #require(Data(base64Encoded: "eAFLy6xITVFIQyKT81NSiwFnkwif")))
        let deflated = PictureFile.chunk("zTXt", Array("parameters\0\0".utf8) + bytes)
        for (chunk, text) in [(latin, "été"), (utf8, "été"), (deflated, "fixed fixed fixed codes")] {
            let found = FoundMetadata(PictureFile.png(Sample.png(), adding: [chunk]), type: .png)
            #expect(found.texts == [.parameters: text])
        }
    }
}
