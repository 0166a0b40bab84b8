import AsyncHTTPClient
package import Core
package import Foundation

extension CLIServer {
    /// A server as it starts by itself, with the Stripe emulator that it has built in, and somebody who has signed up.
    package static func withStripeEmulator(
        _ body: @Sendable (_ server: CLIServer, _ buyer: APIUser) async throws -> Void
    ) async throws {
        let server = try await CLIServer()
        do {
            try await body(server, server.signUp("buyer@example.com"))
        } catch {
            await server.stop()
            throw Unexpected("\(error)\n\(server.log.suffix(4000))")
        }
        await server.stop()
    }

    /// Calls the Stripe emulator with its key, as the server's owner can.
    package func stripeUser() throws -> APIUser {
        guard let bytes = FileManager.default.contents(atPath: data + "/server.json"),
            case let file = try JSON(parsing: Array(bytes)),
            let url = file["stripeSandboxURL"]?.string, let key = file["stripeSandboxKey"]?.string
        else { throw Unexpected("server.json names no Stripe emulator") }
        return APIUser(url: url, bearer: key, client: .shared)
    }

    /// - Parameter form: Such as `amount=250&reason=fraudulent`.
    package func stripe(_ method: String, _ path: String, _ form: String = "") async throws -> HTTPResponse {
        let response = try await stripeUser().send(
            method, path, bytes: method == "GET" ? nil : Array(form.utf8),
            headers: ["content-type": "application/x-www-form-urlencoded"])
        guard response.status == 200 else { throw Unexpected("\(method) \(path): \(response.status) \(response.text)") }
        return response
    }

    /// As the payer would on the page of the checkout.
    package func pay(_ checkout: JSON) async throws {
        guard let session = checkout["url"]?.string?.split(separator: "/").last else {
            throw Unexpected("nothing to pay: \(checkout.text)")
        }
        let paid = try await stripe("POST", "/_emulator/sessions/\(session)/pay", "email=buyer@example.com&name=Buyer")
        guard paid["payment_status"]?.string == "paid" else { throw Unexpected("not paid: \(paid.text)") }
    }
}

extension HTTPResponse {
    /// What a list of Stripe's holds.
    package var listed: [JSON] { self["data"]?.array ?? [] }
}

extension APIUser {
    /// - Parameter item: `{"pack": …}` or `{"plan": …}`.
    package func checkout(_ item: JSON) async throws -> JSON {
        let response = try await post("/api/billing/checkout", item)
        guard response.status == 201, let checkout = response["checkout"] else {
            throw Unexpected("no checkout: \(response.status) \(response.text)")
        }
        return checkout
    }

    /// Waits until the account has exactly these to spend: a webhook is on its way.
    package func hasCredits(_ credits: Decimal, within bound: Duration = TestBound.wait) async throws {
        try await becomes("\(credits) credits", within: bound) { try await self.balance().first == credits }
    }

    /// Waits until the limits of this plan are in force.
    package func hasPlan(_ name: String, within bound: Duration = TestBound.wait) async throws {
        try await becomes("plan \(name)", within: bound) {
            try await self.get("/api/billing/subscription").json["plan"]?["name"]?.string == name
        }
    }

    /// Waits until so many payments are booked.
    package func hasPurchases(_ count: Int, within bound: Duration = TestBound.wait) async throws {
        try await becomes("\(count) purchases", within: bound) {
            try await self.get("/api/billing/purchases")["purchases"]?.array?.count == count
        }
    }

    private func becomes(
        _ wanted: String, within bound: Duration, _ isSo: @Sendable () async throws -> Bool
    ) async throws {
        let time = Time.system
        let end = time.now() + bound
        while try await !isSo() {
            guard time.now() < end else {
                throw Unexpected("""
                    after \(bound) not \(wanted): \(try await balance()), \
                    \(try await get("/api/billing/subscription").text)
                    """)
            }
            try await time.sleep(.milliseconds(30))
        }
    }
}
