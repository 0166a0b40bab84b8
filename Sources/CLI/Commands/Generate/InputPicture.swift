import Core
import Foundation
import NIOHTTP1

/// The picture to work on: an asset that the server has, or a file to send first.
enum InputPicture {
    /// Beyond it the server would refuse, after the whole way.
    private static let limit = 10 << 20

    /// The id of the asset.
    static func asset(_ text: String, _ api: APIClient, idempotencyKey: String) async throws -> String {
        if let id = ID<Asset>(checking: text), !FileManager.default.fileExists(atPath: text) { return id.rawValue }
        let name = URL(filePath: text).lastPathComponent
        let asset = try await api.json(.init(
            method: .POST, path: "/api/assets",
            headers: [
                "Content-Type": "application/octet-stream", "Idempotency-Key": idempotencyKey,
                "X-File-Name": name.addingPercentEncoding(
                    withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-._~"))) ?? "picture",
            ],
            body: try bytes(of: text), isFirst: true))
        guard let id = asset["id"]?.string else {
            throw Failure(.failed, "The server accepted the image but returned no id.")
        }
        return id
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw Failure(.usage, "--input \(path) is neither an existing file nor the id of an asset.")
        }
        do {
            let data = try file.read(upToCount: limit + 1) ?? Data()
            try file.close()
            guard data.count <= limit else { throw Failure(.usage, "--input \(path) is larger than 10 MB.") }
            return Array(data)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.usage, "--input \(path) cannot be read.")
        }
    }
}
