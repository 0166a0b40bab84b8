import Core
import SQL
import TestSupport
import Testing

/// Films as browsers play them, through links of a running server.
struct FilmTests {
    @Test(.enabled(if: Film.canBeMade))
    func `a browser plays and seeks films by parts, and no film whose link is revoked`() async throws {
        try await RunningServer.with { server in
            let user = try await server.account()
            // Large enough that a player does not fetch all of it at once; the index of either is at its end.
            let noise = ["-vf", "noise=alls=20:allf=t"]
            let mp4 = try await Film.make(
                "film.mp4", size: "960x540", seconds: "20",
                noise + ["-b:v", "8M", "-maxrate", "8M", "-bufsize", "8M"])
            let webm = try await Film.make(
                "film.webm", size: "640x360", seconds: "20",
                noise + ["-b:v", "5M", "-deadline", "realtime", "-cpu-used", "8"])
            let films = [
                try await add(mp4, .mp4, to: server, user), try await add(webm, .webm, to: server, user),
            ]
            var links: [String] = []
            for film in films { links.append(try #require(try await user.get("/api/assets/\(film)")["url"]?.string)) }

            let played = try await PythonScript.run("film_test.py", [server.url] + links, in: server.folder)
            #expect(played.status == 0, "\(played.text)")
            #expect(played.text.split(separator: "\n").count { $0.hasPrefix("ok") } == 2, "\(played.text)")

            for film in films {
                #expect(try await user.send("POST", "/api/assets/\(film)/revoke-links").status == 200)
            }
            let revoked = try await PythonScript.run(
                "film_test.py", [server.url, "--revoked"] + links, in: server.folder)
            #expect(revoked.status == 0, "\(revoked.text)")
            #expect(revoked.text.split(separator: "\n").count { $0.hasPrefix("ok") } == 1, "\(revoked.text)")
        }
    }

    /// People cannot send films, and the sandbox makes none.
    private func add(
        _ bytes: [UInt8], _ type: FileType, to server: RunningServer, _ user: APIUser
    ) async throws -> ID<Asset> {
        let store = try LocalFileStore(folder: server.folder + "/files")
        let (id, now) = (ID<Asset>.random(), Time.system.now())
        let account = try #require(user.account)
        let file = try await store.receive(Parts(bytes, of: 100_000), limit: Bucket.outputs.sizeLimit)
        let stored = try await store.publish(file, as: .upload(id, of: account, type))
        let asset = Asset(
            id: id, account: account, createdBy: nil, key: stored.key, name: "film", type: type, size: stored.size,
            sha256: stored.sha256, dimensions: nil, createdAt: now, expiresAt: nil)
        try await server.withDatabase { try await $0.write(order: .alone) { try $0.files.insertAsset(asset) } }
        return id
    }
}
