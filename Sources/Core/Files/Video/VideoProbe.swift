package import Logging

/// Asks ffprobe about a stored film: its size, its duration, and whether it is one.
package struct VideoProbe: Sendable {
    private let store: any FileStore
    private let ffprobe: LimitedProcess?
    private let turns: TurnQueue
    private let logger: Logger

    /// - Parameter path: The folders in which ffprobe is looked for.
    package init(
        store: any FileStore, time: Time, logger: Logger, atOnce: Int = 2, path: String = LimitedProcess.path
    ) {
        self.store = store
        self.logger = logger
        ffprobe = LimitedProcess("ffprobe", .video(output: 1 << 20), time: time, path: path)
        turns = TurnQueue(atOnce: atOnce, mostWaiting: 32)
    }

    /// Returns nil if ffprobe is not installed, or cannot say: too busy, too much to read, nothing that it understands.
    /// Throws what the store throws.
    package func callAsFunction(_ key: StorageKey, _ type: FileType) async throws -> VideoInfo? {
        guard let ffprobe, let format = type.demuxer else { return nil }
        do {
            return try await turns.take {
                try await VideoCopy.with(key, of: store) { folder in
                    try await info(ffprobe, format, folder)
                }
            }
        } catch where error is LimitedProcess.Failure || error is MalformedJSON || error is TurnQueue.Full {
            logger.warning("film not read by ffprobe", metadata: ["key": "\(key)", "error": "\(error)"])
            return nil
        }
    }

    private func info(_ ffprobe: LimitedProcess, _ format: String, _ folder: String) async throws -> VideoInfo? {
        let entries = "format=duration:stream=codec_type,width,height,duration:stream_disposition=attached_pic"
            + ":stream_side_data=rotation"
        guard let info = try await VideoInfo(ffprobe: ask(ffprobe, ["-show_entries", entries], format, folder)) else {
            return nil
        }
        guard info.hasVideo, info.duration == nil else { return info }
        let counted = try await ask(
            ffprobe,
            ["-select_streams", "V:0", "-count_packets", "-show_entries", "stream=nb_read_packets,avg_frame_rate"],
            format, folder)
        return VideoInfo(
            hasVideo: true, dimensions: info.dimensions, duration: VideoInfo.duration(countedByFFprobe: counted))
    }

    /// By the format that we have recognized: left to itself ffprobe takes a list of addresses for a film.
    private func ask(
        _ ffprobe: LimitedProcess, _ questions: [String], _ format: String, _ folder: String
    ) async throws -> JSON {
        let output = try await ffprobe(
            ["-v", "error", "-protocol_whitelist", "file", "-f", format, "-of", "json=compact=1"] + questions
                + [VideoCopy.name],
            in: folder)
        return try JSON(tolerating: output)
    }
}

extension FileType {
    /// What ffmpeg calls the reader of a film's format.
    var demuxer: String? {
        switch self {
        case .mp4: "mov"
        case .webm: "matroska"
        case .jpeg, .png, .webp, .gif, .heic, .avif, .zip: nil
        }
    }
}

extension LimitedProcess.Limits {
    /// Far more than a film of 50 MB needs.
    static func video(output: Int) -> LimitedProcess.Limits {
        LimitedProcess.Limits(addressSpace: 1 << 30, processorSeconds: 20, total: .seconds(30), output: output)
    }
}
