@testable import Core
import TestSupport
import Testing

/// What is believed of ffprobe's words.
struct VideoInfoTests {
    private func info(_ streams: String, format: String = "{}") throws -> VideoInfo? {
        VideoInfo(ffprobe: try JSON(tolerating: "{\"streams\": \(streams), \"format\": \(format)}".utf8))
    }

    private func duration(_ text: String) throws -> Duration? {
        try info(#"[{"codec_type": "video"}]"#, format: "{\"duration\": \(text)}")?.duration
    }

    @Test func `a film has the size of its first video and the duration of all`() throws {
        let found = try info("""
            [{"codec_type": "audio"}, {"codec_type": "video", "width": 1280, "height": 720, "duration": "2.0"},
             {"codec_type": "video", "width": 5, "height": 5}]
            """, format: #"{"duration": "2.040000"}"#)

        #expect(found == VideoInfo(
            hasVideo: true, dimensions: ImageSize(width: 1280, height: 720), duration: .milliseconds(2040)))
    }

    @Test(arguments: [
        (0, false), (90, true), (-90, true), (180, false), (-180, false), (270, true), (-270, true), (450, true),
        (45, false), (.max, false), (.min, false),
    ] as [(Int64, Bool)])
    func `it is turned as it is shown`(rotation: Int64, isTurned: Bool) throws {
        let found = try info("""
            [{"codec_type": "video", "width": 320, "height": 180,
              "side_data_list": [{"side_data_type": "x"}, {"rotation": \(rotation)}]}]
            """)

        #expect(found?.dimensions == ImageSize(width: isTurned ? 180 : 320, height: isTurned ? 320 : 180))
    }

    @Test(arguments: [
        "[]", #"[{"codec_type": "audio", "duration": "2.0"}]"#, #"[{}, 7, null, "video"]"#,
        #"[{"codec_type": "video", "width": 9, "height": 9, "disposition": {"attached_pic": 1}}]"#,
    ])
    func `sound, with a cover or without, shows nothing`(streams: String) throws {
        let found = try info(streams, format: #"{"duration": "2.0"}"#)
        #expect(found == VideoInfo(hasVideo: false, dimensions: nil, duration: nil))
    }

    @Test(arguments: ["{}", "[]", "7", "null", #"{"streams": null}"#, #"{"streams": {"a": 1}}"#, #"{"streams": "x"}"#])
    func `what says nothing of streams says nothing`(json: String) throws {
        #expect(VideoInfo(ffprobe: try JSON(tolerating: json.utf8)) == nil)
    }

    @Test(arguments: [
        ("0", "180"), ("-320", "180"), ("320", "0"), ("16385", "180"), ("9223372036854775807", "180"), ("1e300", "180"),
        ("null", "180"), ("\"320\"", "180"), ("320.5", "180"),
    ])
    func `a size that none is or may be is no size`(width: String, height: String) throws {
        let found = try info("[{\"codec_type\": \"video\", \"width\": \(width), \"height\": \(height)}]")
        #expect(found == VideoInfo(hasVideo: true, dimensions: nil, duration: nil))
    }

    @Test(arguments: [
        (#""2.000000""#, 2_000), (#""0.040""#, 40), (#""0.0015""#, 2), (#""5""#, 5_000),
        (#""36000.000000""#, 36_000_000),
        (#""86400.000000""#, 86_400_000), (#""86400.001000""#, nil), (#""4294967.294000""#, nil), (#""0.000000""#, nil),
        (#""-1.000000""#, nil), (#""-0.5""#, nil), (#""N/A""#, nil), (#""""#, nil), (#"".5""#, nil), (#""1.""#, nil),
        (#""1.2.3""#, nil), (#""1e3""#, nil), (#""inf""#, nil), (#""99999999999999999999""#, nil), ("2.0", nil),
        ("null", nil), (#"" 2.0""#, nil), (#""0.0001""#, nil),
    ] as [(String, Int64?)])
    func `a duration is more than nothing, a day at most, and exact to a millisecond`(
        text: String, milliseconds: Int64?
    ) throws {
        #expect(try duration(text) == milliseconds.map { .milliseconds($0) })
    }

    @Test func `where the file's duration is absurd, that of its video counts`() throws {
        let found = try info(
            #"[{"codec_type": "video", "duration": "2.000000"}]"#, format: #"{"duration": "4294967.294000"}"#)
        #expect(found?.duration == .seconds(2))
    }

    @Test(arguments: [
        ("20", "10/1", 2_000), ("1", "30000/1001", 33), ("300", "30000/1001", 10_010), ("0", "10/1", nil),
        ("-5", "10/1", nil), ("20", "0/0", nil), ("20", "10/0", nil), ("20", "-10/1", nil), ("20", "10", nil),
        ("20", "", nil), ("x", "10/1", nil), ("99999999999", "10/1", nil), ("10000000", "1/10000000", nil),
        ("10000000", "10000000/1", 1_000),
    ] as [(String, String, Int64?)])
    func `frames that were counted are a duration`(frames: String, rate: String, milliseconds: Int64?) throws {
        let json = try JSON(tolerating: """
            {"streams": [{"avg_frame_rate": "\(rate)", "nb_read_packets": "\(frames)"}]}
            """.utf8)
        #expect(VideoInfo.duration(countedByFFprobe: json) == milliseconds.map { .milliseconds($0) })
    }
}
