package import Core
import Foundation

/// Films: made by ffmpeg for tests of what reads them, or of a few bytes for those who only follow their structure.
package enum Film {
    /// `scripts/setup test` installs it.
    package static let canBeMade = ["ffmpeg", "ffprobe", "prlimit"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)")
    }

    /// Colors and a counter, without sound.
    ///
    /// - Parameters:
    ///   - name: Whose ending says the format.
    ///   - options: For ffmpeg, of the output.
    package static func make(
        _ name: String, size: String = "320x180", seconds: String = "2", rate: String = "10", _ options: [String] = []
    ) async throws -> [UInt8] {
        let codec = name.hasSuffix(".webm")
            ? ["-c:v", "libvpx"] : ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
        return try await encode(
            name, ["-f", "lavfi", "-i", "testsrc=s=\(size):r=\(rate):d=\(seconds)"] + codec + options)
    }

    /// A tone and nothing to see.
    package static func sound(_ name: String) async throws -> [UInt8] {
        try await encode(
            name, ["-f", "lavfi", "-i", "sine=d=1", "-c:a", name.hasSuffix(".webm") ? "libopus" : "aac"])
    }

    private static func encode(_ name: String, _ arguments: [String]) async throws -> [UInt8] {
        let folder = try TemporaryFolder()
        let file = "\(folder.path)/\(name)"
        let ffmpeg = try await ChildProcess.start(
            URL(filePath: "/usr/bin/ffmpeg"), ["-nostdin", "-v", "error"] + arguments + [file], folder: folder.path,
            log: folder.path + "/ffmpeg")
        guard await ffmpeg.exit() == 0, let data = FileManager.default.contents(atPath: file) else {
            throw Unexpected("ffmpeg made no film: \(ffmpeg.errors)")
        }
        return Array(data)
    }

    /// The film turned on its side, as a phone records it: by the matrix of its first track.
    package static func turned(_ mp4: [UInt8]) throws -> [UInt8] {
        guard let track = mp4.firstRange(of: Array("tkhd".utf8))?.upperBound, track + 76 <= mp4.count else {
            throw Unexpected("the film has no track")
        }
        var film = mp4
        let matrix: [UInt32] = [0, 0x1_0000, 0, 0xFFFF_0000, 0, 0, 0, 0, 0x4000_0000]
        film.replaceSubrange(track + 40..<track + 76, with: matrix.flatMap(Sample.big))
        return film
    }

    /// A box of an MP4 with these bytes in it.
    package static func box(_ name: String, _ bytes: [UInt8] = []) -> [UInt8] {
        Sample.big(UInt32(8 + bytes.count)) + Array(name.utf8) + bytes
    }
}

extension FilesFixture {
    /// A film in the store, as an upload would be that people cannot make. It has no row.
    package func film(_ bytes: [UInt8], _ type: FileType = .mp4, duration: Duration? = nil) async throws -> Asset {
        let (id, account) = (ID<Asset>.random(), ID<Account>.random())
        let file = try await store.receive(Parts(bytes, of: 50_000), limit: Bucket.outputs.sizeLimit)
        let stored = try await store.publish(file, as: .upload(id, of: account, type))
        return Asset(
            id: id, account: account, createdBy: nil, key: stored.key, name: "film.\(type.fileExtension)", type: type,
            size: stored.size, sha256: stored.sha256, dimensions: nil, duration: duration, createdAt: clock.now,
            expiresAt: nil)
    }
}
