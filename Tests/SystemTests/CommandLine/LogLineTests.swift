@testable import CLI
import Core
import Logging
import Synchronization
import Testing

/// What the log's lines look like, for people and for programs.
struct LogLineTests {
    private func line(_ message: String, _ fields: Logger.Metadata = [:], level: Logger.Level = .info) -> LogLine {
        LogLine(time: Instant(rawValue: 1_764_267_603_123), level: level, message: message, fields: fields)
    }

    @Test func `a line has its time, level, message and fields by name`() {
        let line = line("attempt failed", ["job": "019c", "code": "provider_busy", "ms": .stringConvertible(12)])

        #expect(line.text == "2025-11-27T18:20:03.123Z info attempt failed code=provider_busy job=019c ms=12")
        #expect(line.json == """
            {"code":"provider_busy","job":"019c","level":"info","message":"attempt failed","ms":12,\
            "time":"2025-11-27T18:20:03.123Z"}
            """)
    }

    @Test(arguments: [
        ("", "\"\""), ("plain-1.5_x/y:z", "plain-1.5_x/y:z"), ("two words", "\"two words\""),
        ("say \"no\"", #""say \"no\"""#), ("a=b", "\"a=b\""), (#"C:\x"#, #""C:\\x""#), ("a\nb", #""a\nb""#),
        ("a\u{2028}b", "\"a\u{2028}b\""), ("größe", "größe"),
    ])
    func `a value that cannot be told from its neighbors is quoted`(value: String, written: String) {
        #expect(line("m", ["v": .string(value)]).text.hasSuffix(" info m v=\(written)"))
    }

    @Test(arguments: ["\n2026-01-01 error forged", "\r\u{1B}[2J", "\u{0}"])
    func `nothing that a client sends begins a line of its own`(text: String) {
        let line = line(text, ["v": .string(text)])

        for written in [line.text, line.json] {
            #expect(!written.unicodeScalars.contains { $0.value < 0x20 })
        }
    }

    @Test func `JSON keeps numbers, lists and objects, and its own three names`() throws {
        let line = line("m", [
            "n": .stringConvertible(7), "list": ["a", "b"], "object": ["k": "v"], "level": "forged", "time": "forged",
        ], level: .warning)
        let json = try JSON(parsing: line.json)

        #expect(json["n"] == 7)
        #expect(json["list"] == ["a", "b"])
        #expect(json["object"] == ["k": "v"])
        #expect(json["level"] == "warning")
        #expect(json["time"] == "2025-11-27T18:20:03.123Z")
    }

    @Test func `a handler merges what the logger knows with what the event says`() {
        let lines = Mutex<[String]>([])
        var logger = Logger(label: "x") { _ in
            LineLogHandler(.text, now: { Instant(rawValue: 0) }, write: { line in lines.withLock { $0.append(line) } })
        }
        logger[metadataKey: "node"] = "one"
        logger[metadataKey: "job"] = "old"

        logger.notice("done", metadata: ["job": "new"])

        #expect(lines.withLock { $0 } == ["1970-01-01T00:00:00.000Z notice done job=new node=one\n"])
    }
}
