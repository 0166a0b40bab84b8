import Core
import HTTPTypes
import HummingbirdTesting
import Testing
import TestSupport

struct AssetsTests {
    let app: FilesApp

    init() async throws { app = try await FilesApp() }

    private func form(_ filename: String, _ bytes: [UInt8], end: String = "\r\n--bound--\r\n") -> [UInt8] {
        let head = "--bound\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--bound\r\n"
            + "Content-Disposition: form-data; name=\"file\"; filename=\"\(filename)\"\r\n"
            + "Content-Type: text/plain\r\n\r\n"
        return Array(head.utf8) + bytes + Array(end.utf8)
    }

    private let formType: HTTPFields = [.contentType: "multipart/form-data; boundary=\"bound\""]

    @Test func `a raw upload returns the whole asset, with a link that works`() async throws {
        let bytes = Sample.png(800, 600, padding: 70_000)
        try await app.test { client async throws in
            let created = try await client.send(
                .post, "/api/assets?name=My%20photo.png", headers: [.contentType: "text/html"], body: bytes)
            let json = try created.json
            let url = try #require(json["url"]?.string)

            #expect(created.status == .created)
            #expect(json["kind"] == "upload" && json["name"] == "My photo.png" && json["contentType"] == "image/png")
            #expect(json["size"] == .integer(Int64(bytes.count)))
            #expect(json["width"] == 800 && json["height"] == 600 && json["favorite"] == false && json["tags"] == [])
            #expect(json["sha256"]?.string?.count == 64 && json["expiresAt"]?.string?.hasSuffix("Z") == true)
            #expect(json["jobId"] == nil || json["jobId"] == .null)
            let file = try await client.send(.get, String(url.dropFirst("https://example.com".count)), as: nil)
            #expect(file.status == .ok && file.bytes == bytes)
            let shown = try await client.send(.get, try #require(created.headers[.location]))
            #expect(try shown.json == json)
        }
    }

    @Test func `a header names the file too, beyond ASCII by percent signs`() async throws {
        try await app.test { client async throws in
            let field = try #require(HTTPField.Name("X-File-Name"))
            let created = try await client.send(
                .post, "/api/assets", headers: [field: "na%C3%AFve.gif"], body: Sample.gif())
            #expect(try created.json["name"] == "naïve.gif")
        }
    }

    @Test func `an upload that is repeated with its key returns the same asset and is not stored again`() async throws {
        try await app.test { client async throws in
            let headers: HTTPFields = [try #require(HTTPField.Name("Idempotency-Key")): "k1"]
            let first = try await client.send(.post, "/api/assets", headers: headers, body: Sample.png())
            let second = try await client.send(.post, "/api/assets", headers: headers, body: Sample.png())

            #expect(first.status == .created && second.status == .created)
            #expect(try first.json == second.json)
            #expect(HTTPField.Name("Idempotent-Replayed").flatMap { second.headers[$0] } == "true")
        }
        #expect(try await app.fixture.count(.assets) == 1)
    }

    @Test func `a form's first file is stored, under its name`() async throws {
        let bytes = Sample.jpeg(metadata: 100_000)
        try await app.test { client async throws in
            let created = try await client.send(.post, "/api/assets", headers: formType, body: form("a.png", bytes))

            #expect(created.status == .created)
            #expect(try created.json["name"] == "a.png")
            #expect(try created.json["contentType"] == "image/jpeg")
            #expect(try created.json["size"] == .integer(Int64(bytes.count)))
        }
    }

    @Test func `bad uploads are each refused clearly and leave nothing`() async throws {
        let png = Sample.png()
        let large = Sample.png(padding: 10 << 20)
        try await app.test { client async throws in
            func expect(
                _ status: Int, _ code: String, _ path: String = "/api/assets", headers: HTTPFields = [:], body: [UInt8]
            ) async throws {
                let response = try await client.send(.post, path, headers: headers, body: body)
                #expect(response.status.code == status)
                #expect(try response.errorCode == code)
                #expect(try response.json["error"]?["message"]?.string?.isEmpty == false)
            }
            try await expect(
                415, "file_type", "/api/assets?name=a.png", headers: [.contentType: "image/png"], body: Sample.text)
            // What is inside does not count: nothing is decoded.
            let coded: HTTPFields = [.contentEncoding: "gzip"]
            try await expect(415, "content_encoding_unsupported", "/api/assets?name=a.png", headers: coded, body: png)
            var codedForm = formType
            codedForm[.contentEncoding] = "gzip"
            try await expect(415, "content_encoding_unsupported", headers: codedForm, body: form("a.png", png))
            try await expect(422, "file_empty", body: [])
            try await expect(422, "file_damaged", body: Array(png.prefix(20)))
            try await expect(422, "image_too_large", body: Sample.png(65_535, 65_535))
            try await expect(413, "file_too_large", body: large)
            try await expect(413, "file_too_large", headers: formType, body: form("a.png", large))
            try await expect(422, "file_damaged", body: Array(Sample.png(padding: 5000).prefix(3000)))
            let cut = Array(Sample.jpeg().dropLast())
            try await expect(422, "file_damaged", headers: formType, body: form("a.jpg", cut))
            try await expect(422, "invalid_parameter", "/api/assets?name=..%2f..", body: png)
            try await expect(422, "invalid_parameter", "/api/assets?name=a%00.png", body: png)
            try await expect(422, "invalid_parameter", headers: formType, body: form("x/..", png))
            try await expect(422, "file_missing", headers: formType, body: form("", png))
            try await expect(400, "invalid_form", headers: formType, body: form("a.png", png, end: ""))
            let noBoundary: HTTPFields = [.contentType: "multipart/form-data"]
            try await expect(400, "invalid_form", headers: noBoundary, body: form("a.png", png))
            try await expect(400, "invalid_form", headers: formType, body: png)
        }
        #expect(try app.fixture.storedPaths() == [])
        #expect(try await app.fixture.count(.assets) == 0)
    }

    @Test func `full storage, too many uploads and a full disk say so and leave nothing`() async throws {
        try await app.test(FileRules(quota: 10)) { client async throws in
            let response = try await client.send(.post, "/api/assets", body: Sample.png())
            #expect(response.status == .contentTooLarge)
            #expect(try response.errorCode == "storage_full")
        }
        try await app.test(FileRules(uploadsPerHour: 0)) { client async throws in
            let response = try await client.send(.post, "/api/assets", body: Sample.png())
            #expect(response.status == .tooManyRequests)
            #expect(response.headers[.retryAfter] == "3600")
        }
        try await app.test(store: FaultyStore(app.fixture.store, refusesBytes: true)) { client async throws in
            let response = try await client.send(.post, "/api/assets", body: Sample.png())
            #expect(response.status == .serviceUnavailable)
            #expect(try response.errorCode == "storage_unavailable")
        }
        #expect(try app.fixture.storedPaths() == [])
    }

    @Test func `every route requires an account`() async throws {
        try await app.test { client async throws in
            #expect(try await client.send(.post, "/api/assets", as: nil, body: Sample.png()).status == .unauthorized)
            #expect(try await client.send(.get, "/api/assets", as: nil).status == .unauthorized)
        }
    }

    @Test func `a list is paged to its end, without repeats`() async throws {
        for _ in 0..<5 { _ = try await app.fixture.upload(for: app.mine) }
        _ = try await app.fixture.upload(for: app.other)
        try await app.test { client async throws in
            var ids: [String] = []
            var path: String? = "/api/assets?limit=2&kind=upload"
            while let next = path {
                let page = try await client.send(.get, next).json
                ids += page["assets"]?.array?.compactMap { $0["id"]?.string } ?? []
                path = page["nextCursor"]?.string.map { "/api/assets?limit=2&kind=upload&cursor=\($0)" }
            }
            #expect(ids.count == 5 && Set(ids).count == 5)
            for bad in ["limit=0", "limit=101", "limit=x", "kind=x", "cursor=x"] {
                #expect(try await client.send(.get, "/api/assets?\(bad)").status == .unprocessableContent)
            }
        }
    }

    @Test(arguments: [
        ("../../etc/passwd", "passwd"), ("holiday/IMG_1.png", "IMG_1.png"), ("C:\\pics\\IMG_1.png", "IMG_1.png"),
        ("\u{200E}WhatsApp Image.jpeg", "WhatsApp Image.jpeg"), ("my photo.png", "my photo.png"),
        (String(repeating: "图", count: 99) + ".png", String(repeating: "图", count: 83) + ".png"),
    ])
    func `a file is called by what its sender's path ends with, however the name comes`(
        path: String, name: String
    ) async throws {
        try await app.test { client async throws in
            let field = try #require(HTTPField.Name("X-File-Name"))
            let (query, plus) = (path.percentEncoded, path.percentEncoded.replacing("%20", with: "+"))
            for (uri, headers, body) in [
                ("/api/assets?name=\(query)", [:], Sample.png()), ("/api/assets?name=\(plus)", [:], Sample.png()),
                ("/api/assets", [field: query], Sample.png()), ("/api/assets", formType, form(path, Sample.png())),
            ] as [(String, HTTPFields, [UInt8])] {
                let created = try await client.send(.post, uri, headers: headers, body: body)
                #expect(created.status == .created)
                #expect(try created.json["name"]?.string.map { Array($0.utf8) } == Array(name.utf8), "\(uri)")
            }
        }
    }

    @Test func `a list is filtered by tag and by favorite, and another value is refused`() async throws {
        var ids: [String] = []
        for tags in [["red dress", "a+b"], ["red dress"], []] {
            let asset = try await app.fixture.upload(for: app.mine)
            let edit = AssetEdit(tags: tags, favorite: tags.count == 1)
            _ = try await app.fixture.assets.edit(asset.id, of: app.mine.account, edit)
            ids.insert(asset.id.rawValue, at: 0)
            app.fixture.clock.now = app.fixture.clock.now + .seconds(1)
        }
        let all = ids
        try await app.test { client async throws in
            func found(_ query: String) async throws -> [String?]? {
                try await client.send(.get, "/api/assets?\(query)").json["assets"]?.array?.map { $0["id"]?.string }
            }
            #expect(try await found("tag=red%20dress") == [all[1], all[2]])
            #expect(try await found("tag=red+dress") == [all[1], all[2]], "as URLSearchParams writes it")
            #expect(try await found("tag=a%2Bb") == [all[2]])
            #expect(try await found("tag=blue") == [])
            #expect(try await found("favorite=true") == [all[1]])
            #expect(try await found("favorite=false&tag=red+dress") == [all[2]])
            #expect(try await found("kind=output&favorite=true") == [])
            let page = try await client.send(.get, "/api/assets?tag=red+dress&limit=1").json
            let cursor = try #require(page["nextCursor"]?.string)
            #expect(try await found("tag=red+dress&limit=1&cursor=\(cursor)") == [all[2]])
            for (query, field) in [("tag=", "tag"), ("tag=%0A", "tag"), ("favorite=1", "favorite")] {
                let refused = try await client.send(.get, "/api/assets?\(query)")
                #expect(refused.status == .unprocessableContent)
                #expect(try refused.json["error"]?["field"] == .string(field))
            }
        }
    }

    @Test func `what can be changed changes, and unknown members are refused`() async throws {
        let asset = try await app.fixture.upload(name: "a.png", for: app.mine)
        try await app.test { client async throws in
            func patch(_ body: String) async throws -> TestResponse {
                try await client.send(.patch, "/api/assets/\(asset.id)", body: Array(body.utf8))
            }
            let changed = try await patch(#"{"favorite": true, "tags": ["red"], "name": null}"#)
            #expect(changed.status == .ok)
            #expect(try changed.json["favorite"] == true && changed.json["tags"] == ["red"])
            #expect(try changed.json["name"] == "a.png")
            for body in [#"{"tags": [], "key": "uploads/x/y.png"}"#, #"{"size": 1}"#, #"{"starred": false}"#] {
                let refused = try await patch(body)
                #expect(refused.status == .unprocessableContent)
                #expect(try refused.errorCode == "unknown_parameter")
            }
            for body in [
                #"{"name": "a/b"}"#, #"{"name": 7}"#, #"{"tags": "red"}"#, #"{"tags": [7]}"#, #"{"favorite": 1}"#,
            ] {
                let refused = try await patch(body)
                #expect(refused.status == .unprocessableContent)
                #expect(try refused.errorCode == "invalid_parameter")
            }
            #expect(try await patch("{").status == .badRequest)
            #expect(try await patch("[]").status == .badRequest)
        }
        let stored = try await app.fixture.assets.find(asset.id, of: app.mine.account)
        #expect(stored.key == asset.key && stored.size == asset.size && stored.tags == ["red"])
    }

    @Test func `somebody else's id, no id and nonsense are not found`() async throws {
        let asset = try await app.fixture.upload(for: app.mine)
        try await app.test { client async throws in
            for id in [asset.id.rawValue, "01890000-0000-7000-8000-000000000000", "x", "..%2f"] {
                #expect(try await client.send(.get, "/api/assets/\(id)", as: "other").status == .notFound)
                let edited = try await client.send(.patch, "/api/assets/\(id)", as: "other", body: Array("{}".utf8))
                #expect(edited.status == .notFound)
                #expect(try await client.send(.delete, "/api/assets/\(id)", as: "other").status == .notFound)
            }
        }
        #expect(try app.fixture.storedPaths() == [asset.key.description])
    }

    @Test func `deleting deletes the bytes, and its link leads nowhere`() async throws {
        let asset = try await app.fixture.upload(for: app.mine)
        let link = app.path(app.fixture.links.link(to: asset))
        try await app.test { client async throws in
            #expect(try await client.send(.get, link, as: nil).status == .ok)
            #expect(try await client.send(.delete, "/api/assets/\(asset.id)").status == .noContent)
            #expect(try await client.send(.get, link, as: nil).status == .notFound)
            #expect(try await client.send(.delete, "/api/assets/\(asset.id)").status == .notFound)
        }
        #expect(try app.fixture.storedPaths() == [])
    }

    @Test func `a file that a job still needs cannot be deleted`() async throws {
        let asset = try await app.fixture.upload(for: app.mine)
        let job = try await app.fixture.job(of: app.mine, input: asset.id)
        try await app.test { client async throws in
            let response = try await client.send(.delete, "/api/assets/\(asset.id)")
            #expect(response.status == .conflict)
            #expect(try response.json["error"]?["jobId"] == .string(job.rawValue))
        }
    }
}
