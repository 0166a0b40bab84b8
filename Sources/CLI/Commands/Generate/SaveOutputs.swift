import Core
import Crypto
import Foundation

/// Fetches what a job made, checks it against the server's hash, and puts it where it was asked for.
struct SaveOutputs: Sendable {
    private static let limit = 64 << 20
    private static let tries = 3

    let api: APIClient
    let files: OutputFiles
    let time: Time

    /// A line for each file.
    func callAsFunction(_ outputs: [JSON]) async throws -> [(path: String, note: String)] {
        var saved: [(path: String, note: String)] = []
        for (index, output) in outputs.enumerated() {
            let path = files.path(index)
            let bytes = try await fetch(output)
            let isReplaced = FileManager.default.fileExists(atPath: path)
            do {
                try Data(bytes).write(to: URL(filePath: path), options: .atomic)
            } catch {
                throw Failure(.failed, """
                    \(path) cannot be written: \(error.localizedDescription) The image is stored on the server.
                    """)
            }
            saved.append((path, note(path, output, bytes.count, isReplaced)))
        }
        return saved
    }

    private func fetch(_ output: JSON) async throws -> [UInt8] {
        guard let link = output["url"]?.string else {
            throw Failure(.failed, "The server returned no link to the image.")
        }
        var failure = Failure(.unreachable, "The image could not be downloaded.")
        for attempt in 1...Self.tries {
            for address in addresses(of: link) {
                do {
                    let bytes = try await api.bytes(at: address, limit: Self.limit)
                    if isWhole(bytes, output) { return bytes }
                    failure = Failure(
                        .failed, "The image was damaged in transfer (\(attempt) of \(Self.tries) attempts).")
                } catch let error as CancellationError {
                    throw error
                } catch {
                    failure =
                        (error as? Failure)
                        ?? Failure(.unreachable, "The image could not be downloaded from \(address): \(error).")
                }
            }
            if attempt < Self.tries { try await time.sleep(.seconds(1)) }
        }
        throw failure
    }

    /// A link names the server as the outside world knows it. From here it may be reachable only at the address that
    /// the command was given.
    private func addresses(of link: String) -> [String] {
        let server = api.target.url
        guard let url = URL(string: link), let path = link.range(of: "/files/"), url.path.hasPrefix("/files/") else {
            return [link]
        }
        let same = server + link[path.lowerBound...]
        if same == link { return [link] }
        return api.target.publicURL == nil ? [link, same] : [same, link]
    }

    private func isWhole(_ bytes: [UInt8], _ output: JSON) -> Bool {
        guard let expected = output["sha256"]?.string else { return true }
        return Hex.text(SHA256.hash(data: Data(bytes))) == expected
    }

    private func note(_ path: String, _ output: JSON, _ size: Int, _ isReplaced: Bool) -> String {
        let pixels =
            output["width"]?.integer.flatMap { width in output["height"]?.integer.map { "\(width) × \($0), " } } ?? ""
        return "\(isReplaced ? "overwrote" : "saved") \(path) (\(pixels)\((size + 1023) / 1024) KB)"
    }
}
