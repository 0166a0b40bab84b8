import Core
import Foundation
import Testing
@testable import FalEmulator

struct FileHostTests {
    private func upload(_ world: FalWorld, _ bytes: [UInt8], type: String) async throws -> String {
        let token = try await world.send(.post, "/storage/auth/token?storage_type=fal-cdn-v3", Array("{}".utf8)).json()
        let response = try await world.send(
            .post, "/files/upload", bytes,
            headers: [("authorization", "Bearer " + (token["token"]?.string ?? "")), ("content-type", type)], key: nil)
        try #require(response.status == 200)
        return try #require(try response.json()["access_url"]?.string)
    }

    @Test func `a download returns the file as it was uploaded, with its type`() async throws {
        try await FalWorld.with { world in
            let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
            let response = try await world.send(.get, try await upload(world, bytes, type: "image/webp"), key: nil)
            #expect(response.bytes == bytes)
            #expect(response.header("content-type") == "image/webp")
            #expect(response.header("x-content-type-options") == "nosniff")
        }
    }

    @Test func `parts are joined in their order, whatever the order they are listed in`() async throws {
        try await FalWorld.with { world in
            let start = try await world.send(
                .post, "/files/upload/multipart", headers: [("content-type", "text/plain")]).json()
            let url = try #require(start["access_url"]?.string)
            let parts = "\(url)/multipart/\(try #require(start["uploadId"]?.string))"
            for (number, text) in [(2, "world"), (1, "hello ")] {
                let response = try await world.send(.put, "\(parts)/\(number)", Array(text.utf8))
                #expect(response.header("etag") != nil)
            }
            let missing = try await world.post(parts + "/complete", ["parts": [["partNumber": 1], ["partNumber": 3]]])
            let done = try await world.post(parts + "/complete", ["parts": [["partNumber": 2], ["partNumber": 1]]])

            #expect(missing.status == 400)
            #expect(done.status == 200)
            #expect(try await world.send(.get, url).bytes == Array("hello world".utf8))
        }
    }

    @Test func `a list of parts that names one twice, or none, is refused, and the parts stay`() async throws {
        try await FalWorld.with { world in
            let start = try await world.send(.post, "/files/upload/multipart").json()
            let url = try #require(start["access_url"]?.string)
            let parts = "\(url)/multipart/\(try #require(start["uploadId"]?.string))"
            _ = try await world.send(.put, parts + "/1", [1])

            for list in [[["partNumber": 1], ["partNumber": 1]], [], [[:]], [["partNumber": "1"]]] as [JSON] {
                #expect(try await world.post(parts + "/complete", ["parts": list]).status == 400)
            }
            #expect(try await world.send(.get, url).status == 404)
            #expect(try await world.post(parts + "/complete", ["parts": [["partNumber": 1]]]).status == 200)
            #expect(try await world.post(parts + "/complete", ["parts": [["partNumber": 1]]]).status == 400)
            #expect(try await world.send(.get, url).bytes == [1])
            #expect(try await world.send(.put, "\(url)/multipart/other/1", [1]).status == 404)
        }
    }

    @Test func `the head of a file is asked for without its bytes`() async throws {
        try await FalWorld.with { world in
            let url = try await upload(world, [1, 2, 3], type: "image/png")
            let head = try await world.send(.head, url, key: nil)

            #expect(head.status == 200 && head.bytes.isEmpty)
            #expect(head.header("content-length") == "3" && head.header("content-type") == "image/png")
        }
    }

    @Test(arguments: [
        ("image/png", "png"), ("IMAGE/JPEG", "jpg"), ("text/plain; charset=utf-8", "txt"), ("application/zip", "zip"),
        ("image/svg+xml", "bin"), ("text/html", "bin"), ("../../etc", "bin"), ("", "bin"),
    ])
    func `a name is random, and has the extension of a type that is safe to serve`(type: String, suffix: String)
        throws
    {
        let files = try FileHost(folder: FileManager.default.temporaryDirectory, lifetime: .zero, limit: 1)
        let names = (0..<10).map { _ in files.makeName(for: type) }

        #expect(Set(names).count == 10)
        for name in names {
            #expect(name.hasSuffix("." + suffix) && files.url(of: name)?.lastPathComponent == name)
            #expect(suffix != "bin" || files.contentType(of: name) == "application/octet-stream")
        }
    }

    @Test(arguments: [
        "00000000000000000000000000000000.html", "00000000000000000000000000000000",
        "0000000000000000000000000000000.png", "0000000000000000000000000000000G.png",
        "ABCDEF00000000000000000000000000.png", "00000000000000000000000000000000.png.part1", ".png", ".", "..",
        "a/00000000000000000000000000000000.png", "00000000000000000000000000000000./png",
    ])
    func `a name of another form leads to no file`(name: String) throws {
        let files = try FileHost(folder: FileManager.default.temporaryDirectory, lifetime: .zero, limit: 1)

        #expect(files.url(of: name) == nil && files.part(1, of: name) == nil)
    }

    @Test func `the file that every request gets is kept, however old and many the others are`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "files-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = try FileHost(folder: folder, lifetime: .zero, limit: 0)
        let fixed = try #require(files.url(of: FileHost.fixedName))
        try Data([1]).write(to: fixed)
        _ = try files.store([2], contentType: "image/png")

        try files.clean(now: Time.system.now() + .seconds(1000))

        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [FileHost.fixedName])
    }

    @Test func `an address requested before accepts one file`() async throws {
        try await FalWorld.with { world in
            let start = try await world.post(
                "/storage/upload/initiate?storage_type=gcs", ["file_name": "a.png", "content_type": "image/png"])
            let put = try #require(try start.json()["upload_url"]?.string)
            let url = try #require(try start.json()["file_url"]?.string)
            #expect(try await world.send(.get, url).status == 404)
            #expect(try await world.send(.put, put, [1, 2, 3]).status == 200)
            #expect(try await world.send(.put, put, [4]).status == 409)
            #expect(try await world.send(.get, url).bytes == [1, 2, 3])
        }
    }

    @Test func `an upload needs a token or a key`() async throws {
        try await FalWorld.with({ $0.key = "right" }) { world in
            for (key, status) in [(nil, 401), ("wrong", 401), ("right", 200)] {
                let response = try await world.send(.post, "/files/upload", [1], key: key)
                #expect(response.status == status)
            }
        }
    }

    @Test(arguments: ["../sandbox.sqlite", "..%2Fsandbox.sqlite", "identity.json", "%2e%2e/identity.json", "x.jpg", ""])
    func `a name that the sandbox did not make is not found`(name: String) async throws {
        try await FalWorld.with { world in
            let got = try await world.send(.get, "/files/" + name)
            let put = try await world.send(.put, "/storage/upload/" + name, [1])
            #expect(got.status == 404 && put.status == 404)
        }
    }

    @Test func `old files are deleted, and the oldest if there are too many`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "files-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = try FileHost(folder: folder, lifetime: .seconds(60), limit: 2)
        let now = Time.system.now()
        let names = try (0..<4).map { index in
            let name = try files.store([UInt8(index)], contentType: "image/png")
            let date = Date(timeIntervalSince1970: Double(now.seconds) - [100, 30, 20, 10][index])
            try FileManager.default.setAttributes(
                [.modificationDate: date], ofItemAtPath: folder.appending(path: name).path)
            return name
        }

        try files.clean(now: now)

        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(Set(left) == Set(names.suffix(2)))
    }
}
