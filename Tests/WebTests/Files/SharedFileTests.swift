import Core
import HTTPTypes
import HummingbirdTesting
import TestSupport
import Testing
@testable import Web

/// `/s/{token}/file` and `/s/{token}/thumbnails/{side}.webp`.
struct SharedFileTests {
    private let bytes = Sample.png(padding: 300_000)

    @Test func `the file is sent whole, in parts, or not again, without its name`() async throws {
        try await ShareWorld.run { [bytes] world in
            let asset = try await world.output(bytes)
            let path = try await world.share(asset) + "/file"

            let whole = try await world.visit(path)

            #expect(whole.status == .ok && whole.bytes == bytes && whole.headers[.contentType] == "image/png")
            #expect(whole.headers[.cacheControl] == "private, no-cache" && whole.headers[.setCookie] == nil)
            #expect(whole.headers[.robotsTag] == "noindex" && whole.headers[.referrerPolicy] == "no-referrer")
            #expect(whole.headers[.xContentTypeOptions] == "nosniff" && whole.headers[.lastModified] == nil)
            #expect(whole.headers[.contentSecurityPolicy]?.contains("sandbox") == true)
            #expect(whole.headers[.contentDisposition]?.hasPrefix("inline; filename=\"picture.png\"") == true)
            let head = try await world.visit(path, .head)
            #expect(head.status == .ok && head.bytes.isEmpty)
            #expect(head.headers[.contentLength] == String(bytes.count))

            let part = try await world.visit(path, headers: [.range: "bytes=131000-132000"])
            #expect(part.status == .partialContent && part.bytes == Array(bytes[131_000...132_000]))
            #expect(part.headers[.contentRange] == "bytes 131000-132000/\(bytes.count)")
            let behind = try await world.visit(path, headers: [.range: "bytes=\(bytes.count)-"])
            #expect(behind.status == .rangeNotSatisfiable)
            let tag = try #require(whole.headers[.eTag])
            let same = try await world.visit(path, headers: [.ifNoneMatch: tag])
            #expect(same.status == .notModified && same.bytes.isEmpty && same.headers[.eTag] == tag)
        }
    }

    @Test func `a thumbnail is made when it is asked for, and only in the sizes that there are`() async throws {
        try await ShareWorld.run { world in
            let asset = try await world.output(FilesFixture.picture(900, 600))
            let path = try await world.share(asset) + "/thumbnails/"

            let small = try await world.visit(path + "320.webp")

            #expect(small.status == .ok && small.headers[.contentType] == "image/webp")
            #expect(try PictureInfo(inspecting: small.bytes).width == 320)
            #expect(small.headers[.cacheControl] == "private, no-cache")
            let tag = try #require(small.headers[.eTag])
            #expect(try await world.visit(path + "320.webp", headers: [.ifNoneMatch: tag]).status == .notModified)
            #expect(try await world.visit(path + "320.webp", .head).headers[.eTag] == tag)
            for name in ["321.webp", "320.png", "320", "..%2f320.webp", "0320.webp"] {
                #expect(try await world.visit(path + name).status == .notFound, "\(name)")
            }
        }
    }

    @Test func `who has a copy does not get it confirmed once sharing has ended`() async throws {
        try await ShareWorld.run { world in
            let asset = try await world.output(FilesFixture.picture(900, 600))
            let path = try await world.share(asset)
            let paths = [path + "/file", path + "/thumbnails/320.webp"]
            var tags: [String] = []
            for path in paths { tags.append(try #require(try await world.visit(path).headers[.eTag])) }

            #expect(try await world.send(.post, "/api/assets/\(asset.id)/revoke-links").status == .ok)

            for (path, tag) in zip(paths, tags) {
                for headers: HTTPFields in [[.ifNoneMatch: tag], [.ifNoneMatch: "*"], [.range: "bytes=0-1"], [:]] {
                    let response = try await world.visit(path, headers: headers)
                    #expect(response.status == .notFound, "\(path) \(headers)")
                    #expect(try response.errorCode == "not_found")
                }
            }
            #expect(try await world.visit(path).status == .notFound)
        }
    }
}
