import CVips

/// Makes of a picture's file what is stored of it: checked by decoding it once, upright, and without what tells more
/// than the picture.
package struct PreparePicture: Sendable {
    private let threads: PictureThreads
    private let convert: ConvertPicture?

    /// - Parameter convert: Nil where HEIC and AVIF cannot be converted.
    package init(threads: PictureThreads, convert: ConvertPicture? = nil) {
        self.threads = threads
        self.convert = convert
    }

    /// What is stored of a picture.
    package struct Prepared: Sendable, Hashable {
        /// Nil if it is the file as it came.
        package let bytes: [UInt8]?
        package let type: FileType
        /// As it is shown.
        package let dimensions: ImageSize?
        package let isBlack: Bool
        /// Why a mark that was asked for is not in it, or not in full.
        let problem: String?

        package init(
            bytes: [UInt8]?, type: FileType, dimensions: ImageSize?, isBlack: Bool = false, problem: String? = nil
        ) {
            self.bytes = bytes
            self.type = type
            self.dimensions = dimensions
            self.isBlack = isBlack
            self.problem = problem
        }
    }

    /// Throws `AssetError`.
    ///
    /// - Parameters:
    ///   - mark: What is written into the picture, of an output.
    ///   - load: Brings the bytes of the file.
    package func callAsFunction(
        _ check: FileCheck, size: Int, mark: OutputMark? = nil, load: () async throws -> [UInt8]
    ) async throws -> Prepared {
        if check.type.isConverted { return try await converted(check.type, mark, load) }
        return try await prepared(check, size: size, mark, load)
    }

    private func converted(
        _ type: FileType, _ mark: OutputMark?, _ load: () async throws -> [UInt8]
    ) async throws -> Prepared {
        guard let convert else { throw AssetError.notConvertible(type) }
        let file = try await convert(type, load)
        let head = Array(file.prefix(IncomingFile.headLimit))
        let check = try FileCheck(
            IncomingFile(location: "", size: file.count, sha256: "", head: head, tail: []), for: .outputs)
        let prepared = try await prepared(check, size: file.count, mark) { file }
        return Prepared(
            bytes: prepared.bytes ?? file, type: prepared.type, dimensions: prepared.dimensions,
            isBlack: prepared.isBlack, problem: prepared.problem)
    }

    private func prepared(
        _ check: FileCheck, size: Int, _ mark: OutputMark?, _ load: () async throws -> [UInt8]
    ) async throws -> Prepared {
        // With a mark and with a signature it is copied once more each.
        let memory = Self.memory(of: check, size: size) + (mark == nil ? 0 : 2 * size)
        do {
            return try await threads.run(holding: memory, load: load) { try Self.prepare($0, mark) }
        } catch let error as PictureError {
            throw error.refusal(of: check.type)
        }
    }

    /// The file, a copy without what is taken out, what is made of that, and the pixels, or the coefficients twice.
    private static func memory(of check: FileCheck, size: Int) -> Int {
        let pixels = check.dimensions.map { $0.width * $0.height } ?? 0
        return 3 * size + 6 * pixels
    }

    /// Blocks: for `PictureThreads`.
    static func prepare(_ file: [UInt8], _ mark: OutputMark? = nil) throws(PictureError) -> Prepared {
        guard let format = PictureFormat(sniffing: file) else { throw .notAPicture }
        let cleaned = try PictureCleaner.clean(file, format)
        let bytes = cleaned.bytes ?? file
        let (info, findings) = try InspectPicture.look(at: bytes)
        // An animation is played as it is.
        guard cleaned.orientation != 1, info.pages == 1, !PNGChunks.isAnimated(bytes, format) else {
            // Signed by who made it, it says already how it was made, and vouches for every byte.
            let marked = cleaned.hasManifest ? nil : mark?.apply(to: bytes, format.fileType)
            return Prepared(
                bytes: marked?.bytes ?? cleaned.bytes, type: format.fileType, dimensions: info.size,
                isBlack: findings.isBlack, problem: marked?.problem)
        }
        let turned = try TurnPicture.turn(bytes, info, from: cleaned.orientation)
        let size = try PictureInfo(inspecting: turned).size
        let marked = mark?.apply(to: turned, format.fileType)
        return Prepared(
            bytes: marked?.bytes ?? turned, type: format.fileType, dimensions: size, isBlack: findings.isBlack,
            problem: marked?.problem)
    }
}

extension PictureInfo {
    var size: ImageSize { ImageSize(width: width, height: height) }
}

extension PictureError {
    /// Why its file is refused.
    fileprivate func refusal(of type: FileType) -> AssetError {
        switch self {
        case .notAPicture, .broken: .damaged(type)
        case .tooLarge(let width, let height): .tooManyPixels(ImageSize(width: width, height: height))
        case .tooManyFrames(let count): .tooManyFrames(count)
        case .tooSlow, .failed: .tooCostly(type)
        case .busy: .busy
        }
    }
}
