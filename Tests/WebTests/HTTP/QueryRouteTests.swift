import Core
import Hummingbird
import HummingbirdTesting
import HTTPTypes
import TestSupport
import Testing
@testable import Web

/// Which routes refuse a parameter that they do not take.
struct QueryRouteTests {
    @Test func `every route of the API refuses a parameter that it does not take`() async throws {
        try await AdminWorld.run { world in
            var refused = 0
            for (method, path) in Self.routes(of: world) where path.hasPrefix("/api") && !path.contains("webhook") {
                let response = try await world.client.execute(
                    uri: "\(path)?limits=1", method: method,
                    headers: [.authorization: "Bearer \(world.administrator.accessToken)"])
                guard response.status != .methodNotAllowed else { continue }
                refused += 1
                #expect(response.status.code == 422, "\(method) \(path)")
                let error = try response.json["error"]
                #expect(error?["code"] == "unknown_parameter" && error?["field"] == "limits", "\(method) \(path)")
            }
            #expect(refused >= 45, "\(refused) routes were tried")
        }
    }

    @Test func `other surfaces ignore it, as those whose clients they are for do`() async throws {
        try await AdminWorld.run { world in
            for (method, path) in Self.routes(of: world) where !path.hasPrefix("/api") || path.contains("webhook") {
                let response = try await world.client.execute(uri: "\(path)?limits=1", method: method)
                #expect(!String(buffer: response.body).contains("unknown_parameter"), "\(method) \(path)")
            }
        }
    }

    /// Each with an id where its pattern has a name.
    private static func routes(of world: AdminWorld) -> [(HTTPRequest.Method, String)] {
        WebApplication(world.fixture.app, .init(version: "0.0.0")).router().routes
            .filter { $0.method != .head }
            .map { route in
                let parts = route.path.description.split(separator: "/").map { part in
                    part.hasPrefix(":") || part.hasPrefix("{") || part.hasPrefix("*")
                        ? "01234567-89ab-7cde-8f01-23456789abcd" : String(part)
                }
                return (route.method, "/" + parts.joined(separator: "/"))
            }
    }
}
