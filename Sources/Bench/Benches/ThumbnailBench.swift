import Core
import Foundation
import TestSupport

/// Three thumbnails and the look of a picture, on one thread, beside libvips' own program for the same three sizes of
/// the same files.
struct ThumbnailBench {
    let run: BenchRun

    private static let program = "/usr/bin/vipsthumbnail"
    private static let missing = "vipsthumbnail: not measured: install libvips-tools"

    struct Kind {
        let name: String
        let format: PictureFormat
        let width: Int
        let height: Int
    }

    private static let kinds = [
        Kind(name: "JPEG of 12 megapixels", format: .jpeg, width: 4000, height: 3000),
        Kind(name: "PNG of 1024 × 1024", format: .png, width: 1024, height: 1024),
        Kind(name: "WebP of 1024 × 1024", format: .webp, width: 1024, height: 1024),
    ]

    func callAsFunction() async throws {
        let threads = PictureThreads(count: 1)
        for kind in Self.kinds {
            run.note("thumbnails of a \(kind.name)")
            let file = try await threads.run { try Self.picture(kind) }
            let ours = try await rate(of: file, threads)
            let peer = try await peerRate(of: file, kind)
            run.add(BenchRow(
                .thumbnails, nil, "thumbnails of a \(kind.name)", ours, "/s",
                beside: peer.map { .init(name: "vipsthumbnail", value: $0) }, goal: .ratio(.atLeast, 0.8),
                note: peer == nil ? Self.missing : nil))
        }
        try await threads.close()
    }

    /// Thumbnails a second, of which each picture has three.
    private func rate(of file: [UInt8], _ threads: PictureThreads) async throws -> Double {
        _ = try await threads.run { try PreviewFiles(of: file) }
        let begin = ContinuousClock.now
        var pictures = 0
        while ContinuousClock.now - begin < .seconds(run.options.seconds) {
            _ = try await threads.run { try PreviewFiles(of: file) }
            pictures += 1
        }
        return Double(pictures * Thumbnail.sides.count) / ((ContinuousClock.now - begin) / .seconds(1))
    }

    /// A process for each size takes all files, so that its start hardly counts. Nil if it is not installed.
    private func peerRate(of file: [UInt8], _ kind: Kind) async throws -> Double? {
        guard FileManager.default.isExecutableFile(atPath: Self.program) else { return nil }
        let folder = run.file("thumbnails")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let count = 4 * run.options.seconds
        let paths = (0..<count).map { "\(folder)/\($0).\(kind.format.rawValue)" }
        for path in paths { try Data(file).write(to: URL(fileURLWithPath: path)) }
        let begin = ContinuousClock.now
        for side in Thumbnail.sides {
            let output = "\(folder)/%s-\(side).webp[Q=78,effort=2,smart_subsample,strip]"
            try await run.children.run(
                Self.program, ["--size", "\(side)x\(side)>", "--output", output] + paths,
                environment: ["VIPS_CONCURRENCY": "1"], log: run.file("vipsthumbnail"))
        }
        let rate = Double(count * Thumbnail.sides.count) / ((ContinuousClock.now - begin) / .seconds(1))
        try FileManager.default.removeItem(atPath: folder)
        return rate
    }

    /// Soft colors with noise over them, as a camera or a model makes them.
    static func picture(_ kind: Kind) throws -> [UInt8] {
        var chance = Seeded(11)
        var pixels = [UInt8](repeating: 0, count: kind.width * kind.height * 3)
        for y in 0..<kind.height {
            for x in 0..<kind.width {
                let noise = chance.next()
                for band in 0..<3 {
                    let wave = 90 * sin(Double(x * (band + 2)) / 170) * cos(Double(y * (4 - band)) / 130)
                    let value = 128 + Int(wave) + Int(noise >> UInt64(8 * band) & 15)
                    pixels[(y * kind.width + x) * 3 + band] = UInt8(clamping: value)
                }
            }
        }
        return try Picture(pixels: pixels, width: kind.width, height: kind.height, bands: 3).encoded(kind.format)
    }
}
