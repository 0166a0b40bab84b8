import Foundation
package import Logging
import NIOPosix

/// Makes a JPEG, or a PNG if it has alpha, of a HEIC or an AVIF. Their decoders need any amount of memory and time and
/// cannot be stopped, so they run in another process, which the system bounds: this program, run again with
/// `decode-picture`.
package struct ConvertPicture: Sendable {
    private let process: LimitedProcess
    private let logger: Logger
    /// Where each file gets a folder of its own while it is converted.
    private let folder: String
    /// Processes at once.
    private let places = PictureBudget(2, mostWaiting: 32)

    static let addressSpace = 700 << 20

    /// Returns nil if the program is not there, or if nothing can bound it.
    package init?(
        program: String, folder: String = FileManager.default.temporaryDirectory.path, time: Time, logger: Logger
    ) {
        let limits = LimitedProcess.Limits(
            addressSpace: Self.addressSpace, processorSeconds: 10, total: .seconds(30), output: 64 << 10,
            fileSize: PrepareFile.sizeLimit)
        guard let process = LimitedProcess(program, limits, time: time) else { return nil }
        self.process = process
        self.logger = logger
        self.folder = folder
    }

    /// Throws `AssetError`.
    ///
    /// - Parameter load: Brings the bytes of the file.
    package func callAsFunction(_ type: FileType, _ load: () async throws -> [UInt8]) async throws -> [UInt8] {
        do {
            return try await places.hold(1) { try await convert(load()) }
        } catch is PictureBudget.Exhausted {
            throw AssetError.busy
        } catch let failure as LimitedProcess.Failure {
            throw refusal(failure, of: type)
        }
    }

    private func convert(_ file: [UInt8]) async throws -> [UInt8] {
        let folder = "\(folder)/darkroom-picture-\(ID<Self>.random())"
        let threads = NIOThreadPool.singleton
        try await threads.runIfActive {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            try Data(file).write(to: URL(filePath: "\(folder)/received"))
        }
        let result = await Result { () async throws -> [UInt8] in
            _ = try await process(["decode-picture", "\(folder)/received", folder], in: folder)
            return try await threads.runIfActive { try Self.decoded(in: folder) }
        }
        // Also for a caller that was cancelled.
        await withCheckedContinuation { continuation in
            threads.submit { _ in
                try? FileManager.default.removeItem(atPath: folder)
                continuation.resume()
            }
        }
        return try result.get()
    }

    private static func decoded(in folder: String) throws -> [UInt8] {
        for name in DecodedFile.allCases {
            if let data = FileManager.default.contents(atPath: "\(folder)/\(name.rawValue)") { return Array(data) }
        }
        throw LimitedProcess.Failure.failed(status: 0, message: "it wrote no picture")
    }

    private func refusal(_ failure: LimitedProcess.Failure, of type: FileType) -> AssetError {
        switch failure {
        case .failed(DecodeHEIF.Failure.tooLargeStatus, let message):
            let sides = message.split(separator: " ").compactMap { Int($0) }
            guard sides.count == 2 else { return .tooCostly(type) }
            return .tooManyPixels(ImageSize(width: sides[0], height: sides[1]))
        case .failed(DecodeHEIF.Failure.brokenStatus, _):
            return .damaged(type)
        case .failed(DecodeHEIF.Failure.memoryStatus, _), .timedOut, .tooMuchOutput:
            return .tooCostly(type)
        // Ended by a signal, such as that of too much time, or of memory that was refused.
        case .failed(let status, _) where status < 0:
            return .tooCostly(type)
        case .failed, .notStarted:
            logger.error("pictures cannot be converted", metadata: ["type": "\(type)", "error": "\(failure)"])
            return .notConvertible(type)
        }
    }
}

/// What the other process leaves in its folder.
enum DecodedFile: String, CaseIterable {
    case jpeg = "picture.jpg"
    case png = "picture.png"
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
