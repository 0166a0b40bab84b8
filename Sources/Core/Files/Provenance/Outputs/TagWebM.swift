import Foundation
package import NIOPosix

/// Marks a WebM, which has no place for XMP, by tags of our own naming. ffmpeg writes them into a copy of the film,
/// whose pictures and sound it does not touch.
package struct TagWebM: Sendable {
    private let ffmpeg: LimitedProcess?
    private let turns: TurnQueue
    private let threads: NIOThreadPool

    private static let result = "tagged"
    /// Of a value, in bytes.
    private static let valueLimit = 256

    /// - Parameter path: The folders in which ffmpeg is looked for.
    package init(time: Time, threads: NIOThreadPool = .singleton, path: String = LimitedProcess.path) {
        var limits = LimitedProcess.Limits.video(output: 1 << 16)
        limits.fileSize = Bucket.outputs.sizeLimit
        ffmpeg = LimitedProcess("ffmpeg", limits, time: time, path: path)
        turns = TurnQueue(atOnce: 1, mostWaiting: 32)
        self.threads = threads
    }

    /// Throws `AssetError.busy`, and what `load` throws.
    func callAsFunction(
        _ packet: ProvenancePacket, load: () async throws -> [UInt8]
    ) async throws -> OutputMark.Marked {
        guard let ffmpeg else {
            return OutputMark.Marked(bytes: nil, problem: "ffmpeg is not installed, which marks WebM films")
        }
        do {
            return try await turns.take {
                let film = try await load()
                return try await VideoCopy.with(film, threads: threads) { folder in
                    _ = try await ffmpeg(Self.arguments(packet), in: folder)
                    let bytes = try await threads.runIfActive {
                        FileManager.default.contents(atPath: "\(folder)/\(Self.result)").map { Array($0) } ?? []
                    }
                    return Self.isWhole(bytes) ? OutputMark.Marked(bytes: bytes, problem: nil)
                        : OutputMark.Marked(bytes: nil, problem: "ffmpeg made no film of the WebM file")
                }
            }
        } catch let error as LimitedProcess.Failure {
            return OutputMark.Marked(bytes: nil, problem: "ffmpeg could not mark the WebM file: \(error)")
        } catch is TurnQueue.Full {
            throw AssetError.busy
        }
    }

    static func arguments(_ packet: ProvenancePacket) -> [String] {
        let tags = [
            ("DIGITAL_SOURCE_TYPE", packet.sourceType.uri), ("AI_SYSTEM_USED", packet.system),
            ("CREATOR_TOOL", packet.tool), ("CREATE_DATE", packet.createdAt?.text),
            ("DOCUMENT_ID", packet.documentID.map { "uuid:\($0)" }),
        ].flatMap { name, value in
            value.map { ["-metadata", "\(name)=\(String(plain: $0).beginning(bytes: valueLimit))"] } ?? []
        }
        return [
            "-nostdin", "-hide_banner", "-v", "error", "-protocol_whitelist", "file", "-f", "matroska",
            "-i", VideoCopy.name, "-map", "0", "-c", "copy",
        ] + tags + ["-fflags", "+bitexact", "-f", "webm", result]
    }

    private static func isWhole(_ film: [UInt8]) -> Bool {
        guard FileType(head: film) == .webm else { return false }
        var end = VideoEnd()
        film.withUnsafeBytes { end.take($0) }
        return end.isWhole
    }
}

extension String {
    /// Without what no line of text has.
    fileprivate init(plain text: String) {
        self.init(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }
}
