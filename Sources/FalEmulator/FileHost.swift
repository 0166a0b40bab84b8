import Core
import Foundation

/// The sandbox's file host: a folder of files under unguessable names, public as fal's are, and deleted after a while.
struct FileHost: Sendable {
    let folder: URL
    let lifetime: Duration
    let limit: Int

    /// The file that every request gets if nothing is rendered. It is never deleted.
    static let fixedName = String(repeating: "0", count: 32) + ".jpg"

    static let types = [
        "jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif", "mp4": "video/mp4",
        "webm": "video/webm", "zip": "application/zip", "txt": "text/plain", "json": "application/json",
    ]

    init(folder: URL, lifetime: Duration, limit: Int) throws {
        self.folder = folder
        self.lifetime = lifetime
        self.limit = limit
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// An unguessable name, with the extension of a content type.
    func makeName(for contentType: String) -> String {
        var generator = SystemRandomNumberGenerator()
        let random = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let plain = contentType.split(separator: ";").first.map(String.init)?.lowercased() ?? ""
        return Hex.text(random) + "." + (Self.types.first { $0.value == plain }?.key ?? "bin")
    }

    /// Returns nil unless `name` is one that `makeName` makes: no name from outside leads out of the folder.
    func url(of name: String) -> URL? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, Hex.bytes(String(parts[0]))?.count == 16,
            parts[1] == "bin" || Self.types[String(parts[1])] != nil else {
            return nil
        }
        return folder.appending(path: name)
    }

    func contentType(of name: String) -> String {
        Self.types[String(name.split(separator: ".").last ?? "")] ?? "application/octet-stream"
    }

    /// Where a part of a file is stored until the file is complete.
    func part(_ number: Int, of name: String) -> URL? {
        url(of: name).map { $0.appendingPathExtension("part\(number)") }
    }

    /// Blocks: for `PictureThreads`.
    func store(_ bytes: [UInt8], contentType: String) throws -> String {
        let name = makeName(for: contentType)
        guard let url = url(of: name) else { preconditionFailure("a made name is a good name") }
        try Data(bytes).write(to: url)
        return name
    }

    /// Deletes files that are too old, and the oldest if there are too many. Blocks.
    func clean(now: Instant) throws {
        let keys: Set<URLResourceKey> = [.contentModificationDateKey]
        let dated = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: Array(keys))
            .filter { $0.lastPathComponent != Self.fixedName }
            .map { url in
                let date = try url.resourceValues(forKeys: keys).contentModificationDate
                return (url, Instant(seconds: Int64(date?.timeIntervalSince1970 ?? 0)))
            }
            .sorted { $0.1 < $1.1 }
        let surplus = max(0, dated.count - limit)
        for (index, (url, date)) in dated.enumerated() where index < surplus || date < now - lifetime {
            try FileManager.default.removeItem(at: url)
        }
    }
}
