package import Logging

/// One frame of a stored film, as a PNG: what is shown of it before it plays.
package struct VideoPoster: Sendable {
    private let store: any FileStore
    private let ffmpeg: LimitedProcess?
    private let turns: TurnQueue
    private let logger: Logger

    /// - Parameter path: The folders in which ffmpeg is looked for.
    package init(
        store: any FileStore, time: Time, logger: Logger, atOnce: Int = 1, path: String = LimitedProcess.path
    ) {
        self.store = store
        self.logger = logger
        ffmpeg = LimitedProcess("ffmpeg", .video(output: 20 << 20), time: time, path: path)
        turns = TurnQueue(atOnce: atOnce, mostWaiting: 32)
    }

    /// Returns nil if ffmpeg is not installed, or the film has no frame that it can show. Throws what may pass: an
    /// error of the store, `TurnQueue.Full`, or a process that cannot be started.
    package func callAsFunction(_ asset: Asset) async throws -> [UInt8]? {
        guard let ffmpeg, let format = asset.type.demuxer else { return nil }
        return try await turns.take {
            try await VideoCopy.with(asset.key, of: store) { folder in
                do {
                    for instant in Self.instants(of: asset.duration) {
                        if let frame = try await frame(at: instant, ffmpeg, format, folder) { return frame }
                    }
                } catch let error as LimitedProcess.Failure {
                    if case .notStarted = error { throw error }
                    logger.warning("no poster of a film", metadata: ["asset": "\(asset.id)", "error": "\(error)"])
                }
                return nil
            }
        }
    }

    /// Behind the beginning, which is often black; and the beginning, since the film may be shorter than it says.
    static func instants(of duration: Duration?) -> [Duration] {
        let instant = duration.map { min(Duration.seconds(1), .milliseconds($0.milliseconds / 3)) } ?? .seconds(1)
        return instant > .zero ? [instant, .zero] : [.zero]
    }

    /// Returns nil if there is no frame at that instant, which ffmpeg does not call an error.
    private func frame(
        at instant: Duration, _ ffmpeg: LimitedProcess, _ format: String, _ folder: String
    ) async throws -> [UInt8]? {
        let bytes = try await ffmpeg(Self.arguments(format, instant), in: folder)
        return FileType(head: bytes) == .png ? bytes : nil
    }

    /// The format is the one that we have recognized. No more pixels are decoded than a picture may have, and no more
    /// threads started than one, each of which would take memory.
    static func arguments(_ format: String, _ instant: Duration) -> [String] {
        let milliseconds = String(instant.milliseconds % 1000)
        let padding = String(repeating: "0", count: 3 - milliseconds.utf8.count)
        return [
            "-nostdin", "-hide_banner", "-v", "error", "-protocol_whitelist", "file", "-f", format, "-threads", "1",
            "-max_pixels", "40000000", "-ss", "\(instant.components.seconds).\(padding)\(milliseconds)",
            "-i", VideoCopy.name, "-map", "0:V:0", "-frames:v", "1", "-an", "-sn", "-dn", "-filter_threads", "1",
            "-vf", "scale='min(1280,iw)':-2", "-pix_fmt", "rgb24", "-threads", "1", "-c:v", "png", "-f", "image2pipe",
            "pipe:1",
        ]
    }
}
