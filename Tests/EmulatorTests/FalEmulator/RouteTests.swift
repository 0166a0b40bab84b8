import Core
import HTTPTypes
import Testing
@testable import FalEmulator

private let id = "01900000-0000-7000-8000-000000000000"
private let name = Route.RequestName(app: "fal-ai/flux", id: ID(rawValue: id))

/// Which request is which: app ids have any number of parts, so that no path may be taken for another's.
struct RouteTests {
    @Test(arguments: [
        (.get, "/", .front), (.head, "", .front), (.get, "/.well-known/jwks.json", .keySet),
        (.get, "/sandbox/requests", .requests), (.get, "/files/a.png", .file("a.png")),
        (.head, "/files/a.png", .file("a.png")), (.get, "/files/cut/a.png", .cutFile("a.png")),
        (.get, "/fal-ai/flux/requests/\(id)", .result(name)), (.get, "/fal-ai/flux/requests/\(id)/", .result(name)),
        (.get, "/fal-ai/flux/requests/\(id)/response", .result(name)),
        (.get, "/fal-ai/flux/requests/\(id)/status", .status(name)),
        (.get, "/fal-ai/flux/requests/\(id)/status/stream", .statusStream(name)),
        // The app's path does not count, and an id is read in either case.
        (.get, "/fal-ai/flux/schnell/requests/\(id.uppercased())/status/", .status(name)),
        (.put, "/fal-ai/flux/requests/\(id)/cancel", .cancel(name)),
        (.post, "/storage/auth/token", .uploadToken), (.post, "/storage/upload/initiate", .startUpload),
        (.put, "/storage/upload/a.png", .putUpload("a.png")), (.post, "/files/upload", .upload),
        (.post, "/files/upload/multipart", .startMultipart),
        (.put, "/files/a.png/multipart/a/1", .putPart("a.png", upload: "a", number: 1)),
        (.put, "/files/a.png/multipart/a/10000", .putPart("a.png", upload: "a", number: 10_000)),
        (.post, "/files/a.png/multipart/a/complete", .completeMultipart("a.png", upload: "a")),
    ] as [(HTTPRequest.Method, String, Route)])
    func `a path of fal's is understood, with and without a slash at its end`(
        method: HTTPRequest.Method, path: String, route: Route
    ) {
        #expect(Route(method, path) == route)
    }

    @Test(arguments: [
        (.get, "/fal-ai/flux/requests"), (.get, "/flux/requests/\(id)"), (.get, "/fal-ai/flux/requests/\(id)/logs"),
        (.get, "/fal-ai/flux/requests/\(id)/status/stream/x"), (.get, "/fal-ai/flux/requests/\(id)0"),
        (.get, "/fal-ai/flux/requests/\(id)/cancel"), (.put, "/fal-ai/flux/requests/\(id)"),
        (.put, "/fal-ai/flux/requests/\(id)/status"), (.put, "/files/a.png/multipart/a/0"),
        (.put, "/files/a.png/multipart/a/10001"), (.put, "/files/a.png/multipart/a/-1"),
        (.put, "/files/a.png/multipart/a/1.5"), (.put, "/fal-ai/flux"), (.delete, "/fal-ai/flux/requests/\(id)"),
        (.patch, "/fal-ai/flux"), (.options, "/"), (.get, "/files/a/b/c"),
        (.get, "/" + String(repeating: "a/", count: 17)), (.post, "/"), (.post, "/fal-ai/a%2Fb"),
    ] as [(HTTPRequest.Method, String)])
    func `any other path or method has no route`(method: HTTPRequest.Method, path: String) {
        #expect(Route(method, path) == nil)
    }
}
