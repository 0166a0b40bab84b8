import AsyncHTTPClient
@testable import Core
import NIOCore
import NIOHTTP1
import Testing

/// What the customer does on the portal's pages.
extension PlanWorld {
    /// Somebody lets customers switch plans there, which is off at first.
    func allowSwitching(_ behavior: String) async throws {
        _ = try await openPortal()
        let configurations = try await stripe.get("/billing_portal/configurations", ["is_default": true]).listed
        let id = try #require(configurations.first?["id"]?.string)
        try await post("billing_portal/configurations/\(id)", [
            "features": ["subscription_update": ["enabled": true, "proration_behavior": .text(behavior)]],
        ])
    }

    /// The address of a page, as the app gets it for its user.
    func openPortal() async throws -> String {
        let open = OpenPortal(nodes[0], addresses: ReturnAddresses(publicURL: "http://shop.test", apps: .none))
        return try await open(returnURL: nil, by: actor)
    }

    /// Opens a page, chooses another plan of those that it offers, and sends the form, as a browser does.
    func switchInPortal(_ subscription: PlanSubscription, to price: String) async throws {
        let page = try await openPortal()
        #expect(try await plans(on: page).contains(price))

        #expect(try await press("switch", subscription, price, on: page) == 303)

        #expect(try await !plans(on: page).contains(price))
        try await settle()
    }

    /// The status that the form is answered with.
    func press(
        _ button: String, _ subscription: PlanSubscription, _ price: String, on page: String
    ) async throws -> Int {
        var request = HTTPClientRequest(url: page)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(ByteBuffer(string: "action=\(button)&subscription=\(subscription.id)&price=\(price)"))
        return Int(try await browser.execute(request, timeout: .seconds(300)).status.code)
    }

    /// The prices that can be chosen on a page.
    private func plans(on page: String) async throws -> [String] {
        let response = try await browser.execute(HTTPClientRequest(url: page), timeout: .seconds(300))
        #expect(response.status == .ok)
        let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
        return text.matches(of: /<option value="([^"]*)"/).map { String($0.1) }
    }
}
