import Core
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Receives files in the three ways that fal's clients use: in one request, in parts, or to an address.
struct UploadHandler: Sendable {
    let files: FileHost
    let keys: KeyCheck
    let threads: PictureThreads
    let time: Time

    private let fileLimit = 100 * 1024 * 1024
    private let partLimit = 32 * 1024 * 1024

    func token(baseURL: String) -> Response {
        // The offset is spelled out: old Pythons read no `Z`.
        let expiry = (time.now() + .seconds(3600)).text.replacing("Z", with: "+00:00")
        return FalResponse.json([
            "token": .string(keys.uploadToken), "token_type": "Bearer", "base_url": .string(baseURL),
            "expires_at": .string(expiry),
        ])
    }

    func upload(_ request: Request, _ context: Context, baseURL: String) async throws -> Response {
        let name = files.makeName(for: request.headers[.contentType] ?? "")
        if let refusal = try await receive(request, as: name, context) { return refusal }
        return FalResponse.json(["access_url": .string("\(baseURL)/files/\(name)")])
    }

    /// Returns an address to upload a file to, and the address that the file will have.
    func start(_ request: Request, baseURL: String) async throws -> Response {
        let body = try await request.body.collect(upTo: 64 * 1024)
        let description = try? JSON(text: body.readableBytesView)
        let name = files.makeName(for: description?["content_type"]?.string ?? "")
        return FalResponse.json([
            "upload_url": .string("\(baseURL)/storage/upload/\(name)"), "file_url": .string("\(baseURL)/files/\(name)"),
        ])
    }

    /// The name is the permission: only the caller knows it, and it accepts one file.
    func put(_ name: String, _ request: Request, _ context: Context) async throws -> Response {
        guard let url = files.url(of: name) else { return FalResponse.notFound }
        guard !FileManager.default.fileExists(atPath: url.path) else {
            return FalResponse.error(409, "The file already exists")
        }
        return try await receive(request, as: name, context) ?? FalResponse.json([:])
    }

    func startMultipart(_ request: Request, baseURL: String) -> Response {
        let name = files.makeName(for: request.headers[.contentType] ?? "")
        return FalResponse.json([
            "access_url": .string("\(baseURL)/files/\(name)"), "uploadId": .string(String(name.prefix { $0 != "." })),
        ])
    }

    func putPart(_ name: String, upload: String, number: Int, _ request: Request) async throws -> Response {
        guard name.hasPrefix(upload + "."), let url = files.part(number, of: name) else { return FalResponse.notFound }
        let body: ByteBuffer
        do { body = try await request.body.collect(upTo: partLimit) } catch is NIOTooManyBytesError { return tooLarge }
        let data = Data(body.readableBytesView)
        try await threads.run { try data.write(to: url) }
        let tag = "\"" + Hex.text(SHA256.hash(data: data)).prefix(32) + "\""
        return FalResponse.json(["partNumber": .integer(Int64(number)), "etag": .string(tag)], headers: [.eTag: tag])
    }

    /// The parts may be listed in any order.
    func complete(_ name: String, upload: String, _ request: Request) async throws -> Response {
        guard name.hasPrefix(upload + "."), let url = files.url(of: name) else { return FalResponse.notFound }
        let body = try await request.body.collect(upTo: 1024 * 1024)
        let listed = (try? JSON(text: body.readableBytesView))?["parts"]?.array ?? []
        let numbers = listed.compactMap { $0["partNumber"]?.integer.map { Int($0) } }.sorted()
        let parts = numbers.compactMap { files.part($0, of: name) }.filter {
            FileManager.default.fileExists(atPath: $0.path)
        }
        guard !parts.isEmpty, parts.count == listed.count, Set(numbers).count == numbers.count else {
            return FalResponse.error(400, "A part is missing or listed twice", type: "bad_request")
        }
        try await threads.run { try Self.join(parts, into: url) }
        return FalResponse.json([:])
    }

    private static func join(_ parts: [URL], into url: URL) throws {
        try Data().write(to: url)
        let file = try FileHandle(forWritingTo: url)
        for part in parts {
            try file.write(contentsOf: Data(contentsOf: part))
            try FileManager.default.removeItem(at: part)
        }
        try file.close()
    }

    /// Writes the body to the file as it arrives. Returns a refusal if it is too large, else nil.
    private func receive(_ request: Request, as name: String, _ context: Context) async throws -> Response? {
        guard let url = files.url(of: name) else { return FalResponse.notFound }
        let size = Mutex(0)
        let limit = fileLimit
        let bounded = request.body.map { buffer in
            let total = size.withLock { size in
                size += buffer.readableBytes
                return size
            }
            guard total <= limit else { throw NIOTooManyBytesError(maxBytes: limit) }
            return buffer
        }
        do {
            try await FileIO().writeFile(contents: bounded, path: url.path, context: context)
            return nil
        } catch is NIOTooManyBytesError {
            try FileManager.default.removeItem(at: url)
            return tooLarge
        }
    }

    private var tooLarge: Response { FalResponse.error(413, "The file is too large", type: "bad_request") }
}
