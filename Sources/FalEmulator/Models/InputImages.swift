import AsyncHTTPClient
import Core
import Foundation
import NIOCore
import NIOHTTP1

/// Loads the pictures that inputs name: from the web, from the sandbox's own files, or from within the input itself.
struct InputImages: Sendable {
    let client: HTTPClient
    let files: FileHost

    static let sizeLimit = 10 * 1024 * 1024

    /// - Parameter baseURL: Addresses under it are the sandbox's own and are read from its folder.
    func bytes(of url: String, ownURL baseURL: String) async throws(Outcome) -> [UInt8] {
        if DataURI.matches(url) { return try decode(url) }
        let own = baseURL + "/files/"
        if url.hasPrefix(own), let file = files.url(of: String(url.dropFirst(own.count))) {
            guard let data = FileManager.default.contents(atPath: file.path) else { throw Self.downloadError }
            return [UInt8](data)
        }
        return try await download(url)
    }

    private func download(_ url: String) async throws(Outcome) -> [UInt8] {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "user-agent", value: "darkroom-sandbox")
        do {
            let response = try await client.execute(request, timeout: .seconds(30))
            guard response.status == .ok else { throw Self.downloadError }
            let body = try await response.body.collect(upTo: Self.sizeLimit)
            return Array(buffer: body)
        } catch is NIOTooManyBytesError {
            throw Self.tooLarge
        } catch {
            throw Self.downloadError
        }
    }

    /// `data:image/png;base64,…`
    private func decode(_ url: String) throws(Outcome) -> [UInt8] {
        do throws(FetchError) {
            return [UInt8](try DataURI(url, limit: Self.sizeLimit).bytes)
        } catch {
            if case .tooLarge = error { throw Self.tooLarge }
            throw Self.downloadError
        }
    }

    private static let downloadError = Outcome([
        FalErrorDetail(
            "file_download_error", "Failed to download the file. Please check if the URL is accessible and try again.",
            at: ["body", "image_url"]),
    ])

    private static let tooLarge = Outcome([
        FalErrorDetail(
            "file_too_large", "File size exceeds the maximum allowed size of \(sizeLimit) bytes.",
            at: ["body", "image_url"],
            context: ["max_size": .integer(Int64(sizeLimit))]),
    ])
}
