@testable import CLI
import Core
import Foundation
import TestSupport
import Testing

/// The files of a backup: what is read of one that somebody changed.
struct BackupFormatTests {
    private static let hash = String(repeating: "0123456789abcdef", count: 4)

    @Test func `checksums are written as sha256sum reads them, and read as they were written`() throws {
        var sums = Checksums()
        for path in ["darkroom.sqlite", "files/uploads/a/b.png", "files/a b"] {
            sums.lines.append(.init(sha256: Self.hash, path: path))
        }

        #expect(sums.text.split(separator: "\n").first == "\(Self.hash)  darkroom.sqlite")
        #expect(try Checksums(reading: sums.text, of: "x") == sums)
        #expect(try Checksums(reading: "", of: "x").lines.isEmpty)
        #expect(try Checksums(reading: "\n\n" + String(sums.text.dropLast()), of: "x") == sums, "blank lines are none")
    }

    @Test(arguments: [
        "darkroom.sqlite", "\(hash)", "\(hash) darkroom.sqlite", "\(hash)  ", "\(hash.dropLast())  darkroom.sqlite",
        "\(hash)0  darkroom.sqlite", "\(hash.uppercased())  darkroom.sqlite",
        "\(hash.replacing("0", with: "g"))  darkroom.sqlite",
        "\(hash) *darkroom.sqlite", "# a comment",
    ])
    func `a line that is none is refused, and not passed over`(line: String) {
        let error = #expect(throws: Failure.self) { try Checksums(reading: line + "\n", of: "/backup") }
        #expect(error?.code == .failed && error?.message.contains("/backup/SHA256SUMS") == true)
    }

    @Test(arguments: [
        "../x", "/etc/passwd", "files/../x", "files/../../x", "files/./x", "files//x", "files/", "files", "files/x/",
        "./files/x",
        "secrets.json/x", "other", "Files/x", "darkroom.sqlite-wal", "files\\..\\x", "files/a\0b", "", "..", "files/..",
    ])
    func `a path that leads out of the folder, or to what no backup holds, is refused`(path: String) {
        #expect(throws: Failure.self) { try Checksums(reading: "\(Self.hash)  \(path)\n", of: "x") }
    }

    @Test(arguments: ["darkroom.sqlite", "secrets.json", "manifest.json", "files/a", "files/a/b/c.png", "files/..a"])
    func `what a backup holds is let through`(path: String) throws {
        #expect(try Checksums(reading: "\(Self.hash)  \(path)\n", of: "x").lines.map(\.path) == [path])
    }

    private let manifest = BackupManifest(
        format: 1, version: "1.2", madeAt: "2026-11-21T08:00:00Z", tables: ["jobs": 5, "users": 2], files: 1, bytes: 9)

    @Test func `a manifest is read as it was written, and says what it holds`() throws {
        let folder = try TemporaryFolder()
        try manifest.encoded().write(to: URL(filePath: folder.path + "/manifest.json"))

        #expect(try BackupManifest.read(in: folder.path) == manifest)
        #expect(manifest.contents.contains("7 rows") && manifest.contents.contains("2 tables"))
        #expect(manifest.contents.contains("1 file") && !manifest.contents.contains("1 files"))
    }

    @Test func `a manifest that is missing, cut short or of a later form is refused, each with its reason`() throws {
        let folder = try TemporaryFolder()
        let path = URL(filePath: folder.path + "/manifest.json")
        func read() -> Failure? { #expect(throws: Failure.self) { try BackupManifest.read(in: folder.path) } }

        #expect(read()?.code == .usage, "no backup")
        let text = try manifest.encoded()
        for length in stride(from: 0, to: text.count - 1, by: 11) {
            try text.prefix(length).write(to: path)
            #expect(read()?.code == .failed, "\(length) bytes")
        }
        let typed = String(decoding: text, as: UTF8.self).replacing(": 1", with: ": \"1\"")
        for other in ["[]", "null", #"{"format":1}"#, typed] {
            try Data(other.utf8).write(to: path)
            #expect(read()?.code == .failed)
        }
        let later = BackupManifest(format: 2, version: "9.9", madeAt: "", tables: [:], files: 0, bytes: 0)
        try later.encoded().write(to: path)
        #expect(read()?.message.contains("9.9") == true, "which version can read it")
    }

    @Test func `a file is copied with its hash, for its owner alone, and never over another`() throws {
        let folder = try TemporaryFolder()
        let (source, target) = (folder.path + "/source", folder.path + "/deep/er/target")
        try Data("abc".utf8).write(to: URL(filePath: source))

        let copy = try CopiedFile(from: source, to: target)

        #expect(copy?.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" && copy?.size == 3)
        #expect(try CopiedFile.sha256(of: target).sha256 == copy?.sha256)
        #expect(try FileManager.default.attributesOfItem(atPath: target)[.posixPermissions] as? Int == 0o600)
        #expect(throws: Failure.self) { try CopiedFile(from: source, to: target) }
        #expect(try CopiedFile(from: source + "x", to: folder.path + "/x") == nil, "it went away meanwhile")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/x"))
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: source)
        #expect(throws: Failure.self) { try CopiedFile(from: folder.path + "/link", to: folder.path + "/y") }
        #expect(throws: Failure.self) { try CopiedFile.sha256(of: folder.path + "/nothing") }
    }
}
