import Core
import Foundation
import Logging

/// Executes an order and returns what the model would.
struct Renderer: Sendable {
    let files: FileHost
    let images: InputImages
    let threads: PictureThreads
    let usesFixedFile: Bool
    let time: Time
    let logger: Logger

    /// More than a camera takes, and less than fills a small machine.
    private static let pixelLimit = 40_000_000
    private static let fixedSide = 288

    /// Makes the file that is returned if nothing is rendered: about 10 KB.
    func prepare() async throws {
        guard usesFixedFile, let url = files.url(of: FileHost.fixedName) else { return }
        try await threads.run {
            let picture = try Painter().paint(
                "mountains at dawn", seed: 7, width: Self.fixedSide, height: Self.fixedSide)
            try Data(picture.encoded(.jpeg, quality: 76)).write(to: url)
        }
    }

    func outcome(of request: QueueRequest) async -> Outcome {
        let begin = time.now()
        do {
            guard let model = Model(request.app) else {
                throw Outcome(status: 404, "Application \(request.app) not found", errorType: "bad_request")
            }
            var order = try model.order(request.input)
            order.seed = order.seed ?? Self.seed(of: request)
            if let refusal = Self.scriptedRefusal(request.script) { throw refusal }
            if request.script.has(.partial) { order.count = (order.count + 1) / 2 }
            let made = usesFixedFile
                ? Made(
                    files: [FileHost.fixedName], mask: nil, width: Self.fixedSide, height: Self.fixedSide,
                    count: order.count)
                : try await render(order, request)
            return Outcome(output: try wrap(made, model, order, request, duration: time.now() - begin))
        } catch let outcome as Outcome {
            return outcome
        } catch {
            logger.error("rendering failed", metadata: ["request": "\(request.id)", "error": "\(error)"])
            return Outcome(status: 500, "Internal Server Error", errorType: "runner_server_error")
        }
    }

    /// The same for the same request, so that a restart in the middle changes nothing.
    private static func seed(of request: QueueRequest) -> Int64 {
        var random = PaintRandom(text: request.id.rawValue, seed: 0)
        return Int64(random.next() & 0x7FFF_FFFF)
    }

    private static func scriptedRefusal(_ script: FaultScript) -> Outcome? {
        if script.has(.policy) {
            return Outcome([
                FalErrorDetail(
                    "content_policy_violation",
                    "The content could not be processed because it contained material flagged by a content checker.",
                    at: ["body", "prompt"]),
            ])
        }
        return script.has(.error)
            ? Outcome(status: 500, "Internal Server Error", errorType: "runner_server_error") : nil
    }

    /// The files of a request, before they are described in JSON.
    private struct Made {
        var files: [String]
        var mask: String?
        var width: Int
        var height: Int

        init(files: [String], mask: String?, width: Int, height: Int, count: Int = 1) {
            self.files = Array(repeating: files, count: count).flatMap { $0 }
            self.mask = mask
            self.width = width
            self.height = height
        }
    }

    private func render(_ order: Order, _ request: QueueRequest) async throws -> Made {
        var input: [UInt8] = []
        if let image = order.image { input = try await images.bytes(of: image, ownURL: request.baseURL) }
        var made = Made(files: [], mask: nil, width: 0, height: 0)
        let blacks = request.script.has(.flagged) ? request.script.count(of: .flagged) ?? order.count : 0
        for index in 0..<order.count {
            let bytes = input
            let one = try await threads.run {
                try renderOne(order, index: index, input: bytes, isBlack: index < blacks)
            }
            made.files += one.files
            (made.mask, made.width, made.height) = (one.mask, one.width, one.height)
        }
        return made
    }

    /// Runs on one of the picture threads.
    private func renderOne(_ order: Order, index: Int, input: [UInt8], isBlack: Bool) throws -> Made {
        let painter = Painter()
        let seed = (order.seed ?? 0) &+ Int64(index)
        var picture: Picture
        var mask: String?
        switch order.work {
        case .paint(let prompt, let size):
            picture = try isBlack
                ? painter.blackout(width: size.width, height: size.height)
                : painter.paint(prompt, seed: seed, width: size.width, height: size.height)
        case .remix(let prompt, _, let strength):
            let source = try decode(input)
            let styled = try painter.restyled(source, prompt: prompt, seed: seed)
            picture = try painter.labeled(source.flattened().blended(with: styled, share: strength), caption: prompt)
        case .restyle(let prompt, _):
            picture = try painter.labeled(painter.restyled(decode(input), prompt: prompt, seed: seed), caption: prompt)
        case .cutOut(_, let withMask, let maskOnly, let cropped):
            let cut = try painter.cutOut(decode(input))
            picture = try maskOnly ? cut.mask : painter.labeled(cropped ? cut.cropped() : cut.picture, caption: "")
            if withMask { mask = try files.store(cut.mask.encoded(.png), contentType: "image/png") }
        }
        if isBlack { picture = try painter.blackout(width: picture.width, height: picture.height) }
        let format = order.format == .gif ? .png : order.format
        let name = try files.store(picture.encoded(format), contentType: format.contentType)
        return Made(files: [name], mask: mask, width: picture.width, height: picture.height)
    }

    private func decode(_ input: [UInt8]) throws -> Picture {
        do {
            return try Picture(decoding: input, atMost: Self.pixelLimit)
        } catch PictureError.tooLarge {
            throw Outcome([
                FalErrorDetail(
                    "image_too_large", "Image dimensions are too large.", at: ["body", "image_url"],
                    context: ["max_width": 6000, "max_height": 6000]),
            ])
        } catch PictureError.notAPicture, PictureError.broken {
            throw Outcome([
                FalErrorDetail(
                    "image_load_error",
                    "Failed to load the image. Please ensure the image file is not corrupted and is in a supported "
                        + "format.",
                    at: ["body", "image_url"]),
            ])
        }
    }

    private func wrap(
        _ made: Made, _ model: Model, _ order: Order, _ request: QueueRequest, duration: Duration
    ) throws -> JSON {
        let described = try made.files.map { try file($0, made, order, request) }
        let mask = try made.mask.map { try file($0, made, order, request) }
        let flags = request.script.has(.flagged) ? request.script.count(of: .flagged) ?? order.count : 0
        let flagged = described.indices.map { $0 < flags }
        return model.output(described, mask: mask, order: order, flagged: flagged, duration: duration)
    }

    private func file(_ name: String, _ made: Made, _ order: Order, _ request: QueueRequest) throws -> FalFile {
        let type = files.contentType(of: name)
        guard let path = files.url(of: name) else { preconditionFailure("a stored file has a good name") }
        let size = try path.resourceValues(forKeys: [.fileSizeKey]).fileSize
        let url: String
        if order.asDataURI {
            url = "data:\(type);base64," + (try Data(contentsOf: path)).base64EncodedString()
        } else if request.script.has(.deadLink) {
            url = request.baseURL + "/files/" + files.makeName(for: type)
        } else {
            url = request.baseURL + (request.script.has(.truncated) ? "/files/cut/" : "/files/") + name
        }
        return FalFile(
            url: url, contentType: type, fileName: name, fileSize: size, width: made.width, height: made.height)
    }
}
