/// What ffprobe says about a film, as far as it makes sense: the file may claim anything.
package struct VideoInfo: Sendable, Hashable {
    /// Whether there is anything to be seen. The cover of a song does not count.
    package let hasVideo: Bool
    /// As it is shown, turned upright. Its pixels count as squares.
    package let dimensions: ImageSize?
    package let duration: Duration?

    /// Nobody waits for a longer one, and no file within the limit holds it.
    static let longest = Duration.seconds(86_400)

    package init(hasVideo: Bool, dimensions: ImageSize?, duration: Duration?) {
        self.hasVideo = hasVideo
        self.dimensions = dimensions
        self.duration = duration
    }
}

extension VideoInfo {
    /// Returns nil if the JSON says nothing about a film.
    init?(ffprobe json: JSON) {
        guard let streams = json["streams"]?.array else { return nil }
        let video = streams.first { $0["codec_type"] == "video" && $0["disposition"]?["attached_pic"] != 1 }
        hasVideo = video != nil
        dimensions = video.flatMap(Self.dimensions)
        let claims = [json["format"]?["duration"], video?["duration"]]
        duration = video == nil ? nil : claims.lazy.compactMap { $0?.string.flatMap(Self.duration) }.first
    }

    /// How long it is, by its frames: what is recorded while it is sent does not say.
    static func duration(countedByFFprobe json: JSON) -> Duration? {
        guard let stream = json["streams"]?.array?.first,
            let frames = stream["nb_read_packets"]?.string.flatMap({ Int64($0) }), (1...mostFrames).contains(frames)
        else { return nil }
        let rate = (stream["avg_frame_rate"]?.string ?? "").split(separator: "/").compactMap { Int64($0) }
        guard rate.count == 2, rate.allSatisfy({ (1...mostFrames).contains($0) }) else { return nil }
        return bounded(milliseconds: (frames * 1000 * rate[1] + rate[0] / 2) / rate[0])
    }

    private static let mostFrames: Int64 = 10_000_000

    private static func dimensions(of stream: JSON) -> ImageSize? {
        guard let width = stream["width"]?.integer, let height = stream["height"]?.integer,
            [width, height].allSatisfy({ (1...Int64(ImageSize.longestSide)).contains($0) })
        else { return nil }
        let turns = stream["side_data_list"]?.array?.lazy.compactMap { $0["rotation"]?.integer }.first ?? 0
        let isOnItsSide = turns.magnitude % 180 == 90
        return ImageSize(width: Int(isOnItsSide ? height : width), height: Int(isOnItsSide ? width : height))
    }

    /// In seconds, such as `2.040000`. Not a number in floating point: it is digits, and few of them.
    private static func duration(_ text: String) -> Duration? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), text.utf8.count <= 20,
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let seconds = Int64(parts[0]), seconds <= longest.components.seconds
        else { return nil }
        let fraction = parts.count == 2 ? parts[1] : "0"
        // Four digits, of which the last rounds.
        guard let digits = Int64((fraction + "0000").prefix(4)) else { return nil }
        return bounded(milliseconds: seconds * 1000 + (digits + 5) / 10)
    }

    private static func bounded(milliseconds: Int64) -> Duration? {
        (1...longest.milliseconds).contains(milliseconds) ? .milliseconds(milliseconds) : nil
    }
}
