import Core
import Foundation

/// Films are stored without ffmpeg, too; then nothing is known about them but their bytes.
struct VideoCheck: Sendable {
    private let programs: [LimitedProcess?]

    /// - Parameter path: The folders in which the programs are looked for.
    init(time: Time, path: String = LimitedProcess.path) {
        let limits = LimitedProcess.Limits(addressSpace: 1 << 30, processorSeconds: 5, total: .seconds(10))
        programs = ["ffmpeg", "ffprobe"].map { LimitedProcess($0, limits, time: time, path: path) }
    }

    func callAsFunction() async -> Finding {
        guard case let (ffmpeg?, _?) = (programs[0], programs[1]) else {
            return .information("ffmpeg", """
                not installed, or prlimit is not: films have no posters, sizes and durations. Install it with \
                'apt-get install ffmpeg util-linux' and restart the server.
                """)
        }
        do {
            let output = try await ffmpeg(["-version"], in: NSTemporaryDirectory())
            return .ok("ffmpeg", "found\(Self.version(String(decoding: output, as: UTF8.self))).")
        } catch {
            return .warning(
                "ffmpeg", "found at \(ffmpeg.program), but it does not run: \(error).",
                "Install it again. Until then films have no posters, sizes and durations.")
        }
    }

    /// Of `ffmpeg version 5.1.9-0+deb12u1 Copyright …`, with a blank in front.
    private static func version(_ text: String) -> String {
        let words = text.prefix { !$0.isNewline }.split(separator: " ")
        guard words.count > 2, words[0] == "ffmpeg", words[1] == "version" else { return "" }
        return " (\(String(words[2]).onOneLine.beginning(bytes: 40)))"
    }
}
