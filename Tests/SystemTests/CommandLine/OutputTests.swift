import AsyncHTTPClient
@testable import CLI
import Core
import Foundation
import Synchronization
import TestSupport
import Testing

/// What a picture is saved as, and what is said of its price.
struct OutputTests {
    @Test(arguments: [
        ("a", "a-2", nil), ("a.png", "a-2.png", "png"), ("a.PNG", "a-2.PNG", "png"), ("a.jpeg", "a-2.jpeg", "jpeg"),
        ("a.jpg", "a-2.jpg", "jpeg"), ("a.webp", "a-2.webp", "webp"), ("a b.png", "a b-2.png", "png"),
        ("a.tar.png", "a.tar-2.png", "png"), ("é.png", "é-2.png", "png"), ("a-2.png", "a-2-2.png", "png"),
    ] as [(String, String, String?)])
    func `more pictures have numbers before the ending`(name: String, second: String, format: String?) throws {
        let folder = try TemporaryFolder()
        let files = try OutputFiles("\(folder.path)/\(name)")

        #expect(files.path(0) == "\(folder.path)/\(name)" && files.path(1) == "\(folder.path)/\(second)")
        #expect(files.format == format)
    }

    @Test func `what cannot be written is refused before anything is paid for`() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path + "/dir.png", withIntermediateDirectories: true)
        try Data().write(to: URL(filePath: folder.path + "/file"))
        for path in ["a.gif", "a.bmp", "a.png.exe", "no/such/a.png", "dir.png", "file/a.png"] {
            let error = #expect(throws: Failure.self) { try OutputFiles("\(folder.path)/\(path)") }
            #expect(error?.code == .usage && error?.message.contains("--out") == true, "\(path)")
        }
        #expect(try OutputFiles("\(folder.path)/file").path == "\(folder.path)/file", "a file is overwritten")
    }

    @Test(arguments: [
        ("{}", "captured 0.00 credits"), (#"{"receipt":null}"#, "captured 0.00 credits"),
        (#"{"receipt":{"captured":6,"released":0,"transactions":[]}}"#, "captured 6.00 credits"),
        (#"{"receipt":{"captured":0,"released":6.5}}"#, "captured 0.00 credits, 6.50 released"),
        (#"{"receipt":{"captured":6,"transactions":[{"availableAfter":1},{"availableAfter":0.25}]}}"#,
            "captured 6.00 credits, 0.25 available"),
        (#"{"receipt":{"captured":6},"job":{"seed":42}}"#, "captured 6.00 credits, seed 42"),
        (#"{"receipt":{"captured":6},"job":{"seed":18446744073709551615}}"#,
            "captured 6.00 credits, seed 18446744073709551615"),
        (#"{"receipt":{"captured":6},"job":{"seed":null}}"#, "captured 6.00 credits"),
        (#"{"receipt":{"captured":"six","released":[],"transactions":7}}"#, "captured 0.00 credits"),
    ])
    func `a receipt leaves out what is nothing or unknown`(details: String, sentence: String) throws {
        #expect(try Receipt(JSON(parsing: details)).sentence == sentence)
    }

    private func download(
        _ answers: [ScriptedServer.Answer], _ outputs: [JSON], to path: String
    ) async throws -> [String] {
        let left = Script(answers)
        let server = try await ScriptedServer { _ in left.next() }
        let url = "http://127.0.0.1:\(server.port)"
        let target = Target(url: url, publicURL: nil, token: { "t" }, leave: {})
        let time = Time(now: { Instant(seconds: 0) }, sleep: { _ in })
        let save = SaveOutputs(
            api: APIClient(target: target, client: .shared, time: time), files: try OutputFiles(path), time: time)
        let linked = outputs.map { output -> JSON in
            .object((output.object ?? [:]).merging(["url": .string("\(url)/files/a")]) { one, _ in one })
        }
        return try await save(linked).map { "\($0.path) \($0.note)" }
    }

    @Test func `a picture that arrives damaged is fetched again, and what is there is replaced`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.png"
        try Data("old".utf8).write(to: URL(filePath: path))
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        let output: JSON = ["sha256": .string(hash), "width": 2, "height": 3]

        let answers = [(200, "abX"), (503, ""), (200, "abc")].map { Script.answer($0, Array($1.utf8)) }
        let saved = try await download(answers, [output], to: path)

        #expect(try String(contentsOf: URL(filePath: path), encoding: .utf8) == "abc")
        #expect(saved.count == 1 && saved[0].contains("overwrote") && saved[0].contains("2 × 3"))
    }

    @Test func `a picture that stays damaged is no picture, and nothing is written`() async throws {
        let folder = try TemporaryFolder()
        let output: JSON = ["sha256": .string(String(repeating: "0", count: 64))]

        let error = await #expect(throws: Failure.self) {
            try await download([Script.answer(200, [1])], [output], to: folder.path + "/a.png")
        }

        #expect(error?.code == .failed && error?.message.contains("damaged") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
}

/// What a server responds with, one after the other; the last of them again and again.
final class Script: Sendable {
    /// The client must not use the connection again, which the server closes.
    static func answer(_ status: Int, _ body: [UInt8]) -> ScriptedServer.Answer {
        let head = "HTTP/1.1 \(status) S\r\nConnection: close\r\nContent-Length: \(body.count)\r\n\r\n"
        return ScriptedServer.Answer(head, body: body)
    }

    private let answers: [ScriptedServer.Answer]
    private let asked = Mutex(0)

    init(_ answers: [ScriptedServer.Answer]) { self.answers = answers }

    var count: Int { asked.withLock { $0 } }

    func next() -> ScriptedServer.Answer {
        let index = asked.withLock { asked in
            defer { asked += 1 }
            return asked
        }
        return answers[min(index, answers.count - 1)]
    }
}
