@testable import Core
import Testing

/// Which pages may call, and which addresses a pay page may lead back to.
struct AppOriginsTests {
    @Test(arguments: [
        ("http://localhost", true), ("http://localhost:3000", true), ("http://127.0.0.1:5173", true),
        ("http://[::1]:8081", true), ("http://[::1]", true), ("http://localhost:65535", true),
        ("https://localhost:3000", false), ("http://localhost.evil.example", false), ("http://localhost:", false),
        ("http://localhost:65536", false), ("http://localhost:+80", false), ("http://localhost:3000/", false),
        ("http://localhost:3000@evil.example", false), ("http://127.0.0.1.evil.example:80", false),
        ("http://127.0.0.2:3000", false), ("http://evil.example", false), ("null", false), ("", false),
    ])
    func `the visitor's own machine is known by its three names, on any port`(origin: String, isLoopback: Bool) {
        #expect(AppOrigins(includesLoopback: true).mayCall(from: origin) == isLoopback)
        #expect(!AppOrigins.none.mayCall(from: origin))
    }

    @Test func `a listed origin is compared letter by letter, and any is any but none`() {
        let origins = AppOrigins(listed: ["https://app.example"])
        #expect(origins.mayCall(from: "https://app.example"))
        for other in ["https://app.example:443", "https://APP.example", "https://app.example.evil", "https://app"] {
            #expect(!origins.mayCall(from: other), "\(other)")
            #expect(AppOrigins(isAny: true).mayCall(from: other))
        }
        #expect(!AppOrigins(isAny: true).mayCall(from: "null"))
    }

    @Test(arguments: [
        ("https://app.example/thanks", true), ("https://app.example:443/", true), ("http://localhost:3000/a?b", true),
        ("http://[::1]:3000/", true), ("https://localhost:3000/", false), ("http://app.example/", false),
        ("https://evil.example/", false), ("http://darkroom.test/", true), ("capacitor://localhost", false),
        ("http://localhost:3000@evil.example/", false),
    ])
    func `a pay page leads back to this server, a listed app or the visitor's machine`(url: String, isTaken: Bool) {
        let apps = AppOrigins(
            isAny: true, listed: ["https://app.example", "capacitor://localhost"], includesLoopback: true)
        let addresses = ReturnAddresses(publicURL: "http://darkroom.test", apps: apps)
        let taken = try? addresses.check(url, field: "successUrl", otherwise: "/")
        #expect((taken == url) == isTaken)
    }
}
