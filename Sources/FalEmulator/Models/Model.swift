import Core
import Foundation

/// The endpoints that the sandbox offers, each with the input and output of fal's own.
enum Model: String, Sendable, CaseIterable {
    case fluxSchnell = "fal-ai/flux/schnell"
    case fluxDev = "fal-ai/flux/dev"
    case fastSDXL = "fal-ai/fast-sdxl"
    case fluxImageToImage = "fal-ai/flux/dev/image-to-image"
    case styleTransfer = "fal-ai/image-editing/style-transfer"
    case birefnet = "fal-ai/birefnet"
    case birefnetV2 = "fal-ai/birefnet/v2"
    case rembg = "fal-ai/imageutils/rembg"

    init?(_ app: FalAppID) {
        self.init(rawValue: app.description)
    }

    /// Checks an input as the model would. Throws all complaints at once.
    func order(_ input: JSON) throws(Outcome) -> Order {
        var reader = InputReader(input)
        let order = read(&reader)
        guard reader.complaints.isEmpty else { throw Outcome(reader.complaints) }
        return order
    }

    private func read(_ reader: inout InputReader) -> Order {
        var order = Order(seed: reader.integer("seed", in: 0...Int64(UInt32.max) * 2))
        order.asDataURI = reader.bool("sync_mode") ?? false
        switch self {
        case .fluxSchnell, .fluxDev:
            readPainting(
                &order, &reader, steps: self == .fluxSchnell ? 1...12 : 1...50, formatField: "output_format", most: 4)
        case .fastSDXL:
            _ = reader.text("negative_prompt")
            readPainting(&order, &reader, steps: 1...50, formatField: "format", most: 8)
        case .fluxImageToImage:
            order.work = .remix(
                prompt: reader.requiredText("prompt"), image: reader.requiredURL("image_url"),
                strength: reader.number("strength", in: 0.01...1) ?? 0.95)
            order.count = Int(reader.integer("num_images", in: 1...4) ?? 1)
            order.format = reader.format("output_format", among: [.jpeg, .png], usual: .jpeg)
            _ = reader.integer("num_inference_steps", in: 10...50)
        case .styleTransfer:
            order.work = .restyle(
                prompt: reader.text("prompt") ?? "Van Gogh's Starry Night", image: reader.requiredURL("image_url"))
            order.format = reader.format("output_format", among: [.jpeg, .png], usual: .jpeg)
        case .birefnet, .birefnetV2:
            order.work = .cutOut(
                image: reader.requiredURL("image_url"), withMask: reader.bool("output_mask") ?? false,
                maskOnly: self == .birefnetV2 && reader.bool("mask_only") == true, cropped: false)
            order.format = reader.format("output_format", among: [.png, .webp, .gif], usual: .png)
        case .rembg:
            order.work = .cutOut(
                image: reader.requiredURL("image_url"), withMask: false, maskOnly: false,
                cropped: reader.bool("crop_to_bbox") ?? false)
            order.format = .png
        }
        return order
    }

    private func readPainting(
        _ order: inout Order, _ reader: inout InputReader, steps: ClosedRange<Int64>, formatField: String, most: Int64
    ) {
        let prompt = reader.requiredText("prompt")
        let usual = self == .fastSDXL ? ImageSize.squareHD : .landscape4x3
        order.work = .paint(prompt: prompt, size: reader.imageSize("image_size") ?? usual)
        order.count = Int(reader.integer("num_images", in: 1...most) ?? 1)
        order.format = reader.format(formatField, among: [.jpeg, .png], usual: .jpeg)
        _ = reader.integer("num_inference_steps", in: steps)
        _ = reader.number("guidance_scale", in: self == .fastSDXL ? 0...20 : 1...20)
        _ = reader.bool("enable_safety_checker")
    }

    /// What the endpoint wraps its files in.
    func output(_ files: [FalFile], mask: FalFile?, order: Order, flagged: [Bool], duration: Duration) -> JSON {
        switch self {
        case .fluxSchnell, .fluxDev, .fastSDXL, .fluxImageToImage:
            [
                "images": .array(files.map(\.json)),
                "timings": ["inference": .decimal(Decimal(duration.milliseconds) / 1000)],
                "seed": .integer(order.seed ?? 0), "has_nsfw_concepts": .array(flagged.map { .bool($0) }),
                "prompt": .string(order.prompt),
            ]
        case .styleTransfer:
            ["images": .array(files.map(\.json)), "seed": .integer(order.seed ?? 0)]
        case .birefnet, .birefnetV2, .rembg:
            if let mask {
                ["image": files.first?.json ?? .null, "mask_image": mask.json]
            } else {
                ["image": files.first?.json ?? .null]
            }
        }
    }
}
