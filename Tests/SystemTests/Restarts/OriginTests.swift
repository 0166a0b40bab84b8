import Core
import Testing
import TestSupport

/// Apps in a browser, on another origin than the server's.
struct OriginTests {
    @Test func `an app on another origin may call, and is shown errors too`() async throws {
        try await RunningServer.with(
            .init(environment: ["DARKROOM_CORS_ORIGIN": "https://app.example.com"], arguments: ["--no-worker"])
        ) { server in
            let origin = ["origin": "https://app.example.com"]
            let preflight = try await server.anybody.send("OPTIONS", "/api/generate", headers: origin.merging([
                "access-control-request-method": "POST",
                "access-control-request-headers": "authorization, idempotency-key, x-file-name, if-none-match",
            ]) { $1 })
            let refused = try await server.anybody.get("/api/jobs", headers: origin)
            let missing = try await server.anybody.get("/nothing", headers: origin)
            let auth = try await server.anybody.get("/auth/v1/user", headers: origin)
            let taken = try await server.administrator().get("/api/jobs", headers: origin)

            #expect(preflight.status == 204)
            #expect(preflight.headers["access-control-allow-methods"]?.contains("DELETE") == true)
            let allowed = preflight.headers["access-control-allow-headers"]?.lowercased() ?? ""
            for name in ["idempotency-key", "x-file-name", "if-none-match", "if-range", "x-request-id"] {
                #expect(allowed.contains(name), "\(name): \(allowed)")
            }
            #expect(refused.status == 401 && refused.code == "unauthorized", "\(refused.text)")
            #expect(missing.status == 404 && auth.status == 401 && taken.status == 200)
            for response in [preflight, refused, missing, auth, taken] {
                #expect(
                    response.headers["access-control-allow-origin"] == "https://app.example.com", "\(response.headers)")
                #expect(response.headers["x-request-id"] != nil)
            }
            // On the response itself: browsers do not read the permission from the preflight.
            for response in [refused, missing, auth, taken] {
                let exposed = response.headers["access-control-expose-headers"]?.lowercased() ?? ""
                for name in ["x-request-id", "retry-after", "idempotent-replayed", "etag", "location"] {
                    #expect(exposed.contains(name), "\(name): \(response.headers)")
                }
            }
        }
    }
}
