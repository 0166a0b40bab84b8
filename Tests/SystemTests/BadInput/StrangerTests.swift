import Core
import Testing
import TestSupport

extension OneServer {
    /// What belongs to somebody else, and what belongs to nobody.
    struct StrangerTests {
        private let server: RunningServer

        init() throws { server = try OneServer.server() }

        @Test func `what is somebody else's is not there, and stays as it is`() async throws {
            let owner = try await server.account()
            let stranger = try await server.account()
            let job = try await owner.submit("sandbox:never")
            let asset = try await owner.send("POST", "/api/assets", bytes: Sample.png())["id"]?.string ?? ""

            for (method, path) in OneServer.StrangerTests.paths(job: job, asset: asset) {
                let response = try await stranger.send(method, path, bytes: method == "PATCH" ? Array("{}".utf8) : nil)
                #expect(response.status == 404 && response.code == "not_found", "\(method) \(path): \(response.text)")
            }
            let used = try await stranger.post(
                "/api/generate", ["kind": "background_removal", "inputAssetId": .string(asset)])

            #expect(used.status == 422 && used.field == "inputAssetId")
            #expect(try await owner.job(job).status != "cancelled")
            #expect(try await owner.get("/api/assets/\(asset)").status == 200)
            #expect(try await Traces(of: stranger, on: server) == .none)
            _ = try await owner.delete("/api/jobs/\(job)")
        }

        @Test(arguments: [
            "01900000-0000-7000-8000-000000000000", "7", "nonsense", "%2e%2e%2f%2e%2e", "'%20OR%201=1--", "%00", "🖼",
        ])
        func `an id that is nobody's is not there`(_ id: String) async throws {
            let user = try await server.account()
            let id = id == "🖼" ? "%F0%9F%96%BC" : id

            for (method, path) in OneServer.StrangerTests.paths(job: id, asset: id) {
                let response = try await user.send(method, path, bytes: method == "PATCH" ? Array("{}".utf8) : nil)
                #expect(response.status == 404 && response.code == "not_found", "\(method) \(path): \(response.text)")
            }
        }

        @Test func `a key of somebody else's cannot be revoked`() async throws {
            let administrator = try await server.administrator()
            let key = try await administrator.post("/api/keys", ["name": "mine"])
            let other = try await server.signUp("stranger-\(server.port)@example.com")

            let response = try await other.delete("/api/keys/\(key["id"]?.string ?? "")")
            let used = APIUser(url: server.url, bearer: key["key"]?.string, client: server.client)

            #expect(key.status == 201 && response.status == 404 && response.code == "not_found")
            #expect(try await used.get("/api/jobs").status == 200)
        }

        @Test(arguments: [
            ([:], "unauthorized"),
            (["authorization": "Bearer nonsense"], "invalid_token"),
            (["authorization": "Bearer dk_0000000000000000000000000000000000000000000"], "invalid_key"),
            (["authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9."], "invalid_token"),
            (["authorization": "Basic YWRtaW46YWRtaW4="], "unauthorized"),
            (["authorization": "Bearer"], "unauthorized"),
        ])
        func `a request without a valid credential gets the same error on every route`(
            _ headers: [String: String], _ code: String
        ) async throws {
            for (method, path) in OneServer.StrangerTests.paths(job: "x", asset: "x") + [
                ("POST", "/api/generate"), ("GET", "/api/events"),
            ] {
                let response = try await server.anybody.send(method, path, headers: headers)
                #expect(
                    response.status == 401 && response.code == code,
                    "\(method) \(path): \(response.status) \(response.text)")
                #expect(response.headers["www-authenticate"] == "Bearer")
            }
        }

        private static func paths(job: String, asset: String) -> [(String, String)] {
            [
                ("GET", "/api/jobs/\(job)"), ("DELETE", "/api/jobs/\(job)"), ("POST", "/api/jobs/\(job)/retry"),
                ("GET", "/api/jobs/\(job)/events"), ("GET", "/api/generate/\(job)"),
                ("GET", "/api/assets/\(asset)"), ("PATCH", "/api/assets/\(asset)"), ("DELETE", "/api/assets/\(asset)"),
                ("POST", "/api/assets/\(asset)/revoke-links"),
            ]
        }
    }
}
