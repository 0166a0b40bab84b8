@testable import Core
import Foundation
import Logging
import TestSupport
import Testing

/// The files that `scripts/report-provenance` made, stored as a provider's outputs and written beside them for it to
/// check.
struct ProvenanceFolderTests {
    private static let folder = ProcessInfo.processInfo.environment["DARKROOM_PROVENANCE_FOLDER"]

    @Test(.enabled(if: folder != nil))
    func `files of every kind are stored with their marks, and their thumbnails too`() async throws {
        let folder = try #require(Self.folder)
        let output = try await MarkedOutput()
        let made = folder + "/out"
        try FileManager.default.createDirectory(atPath: made, withIntermediateDirectories: true)
        let identity = try #require(try await output.marks.identity())
        try Data(identity.rootPEM.utf8).write(to: URL(filePath: folder + "/root.pem"))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/in").sorted()
        #expect(names.count >= 50)

        for (index, name) in names.enumerated() {
            let bytes = Array(try Data(contentsOf: URL(filePath: "\(folder)/in/\(name)")))
            let asset = try output.asset(await output.outcome(of: bytes, index: index))
            let stored = try await output.fixture.bytes(of: asset.key)
            try Data(stored).write(to: URL(filePath: "\(made)/\(name)"))
        }
        let picture = try FilesFixture.picture(900, 600)
        let packet = ProvenancePacket(.composite).bytes
        for (number, file) in try PreviewFiles(of: picture, packet: packet).thumbnails.enumerated() {
            try Data(file).write(to: URL(filePath: "\(made)/thumbnail-\(number).webp"))
        }
        for line in output.log.lines(at: .warning) { print(line) }
    }
}
