import Core
import Foundation
import TestSupport
import Testing

/// Packs and plans, bought from the running program through the Stripe emulator that it has built in.
struct BuyingTests {
    @Test func `a pack is bought out of the box, taken back by a refund, all of it by events alone`() async throws {
        try await CLIServer.withStripeEmulator { server, buyer in
            let checkout = try await buyer.checkout(["pack": "small"])
            try await server.pay(checkout)

            try await buyer.hasCredits(110)
            #expect(
                try await buyer.get("/api/billing/checkout/\(checkout["id"]?.string ?? "")").json["checkout"]?["state"]
                    == "paid")
            let charge = try #require(try await server.stripe("GET", "/v1/charges").listed.first?["id"]?.string)
            _ = try await server.stripe("POST", "/_emulator/charges/\(charge)/refund", "amount=250")
            try await buyer.hasCredits(60)
            let dispute = try await server.stripe("POST", "/_emulator/charges/\(charge)/dispute", "amount=250")
            try await buyer.hasCredits(10)
            _ = try await server.stripe(
                "POST", "/_emulator/disputes/\(dispute["id"]?.string ?? "")/close", "outcome=won")
            try await buyer.hasCredits(60)

            #expect(try await server.run("audit").code == 0)
            let books = try await server.run("audit", "--books", "--stripe")
            #expect(
                books.code == 0 && books.output.contains("refunds and disputes: 2 of 2 match"),
                "\(books.output)\(books.errors)")
            let repair = try await server.run("admin", "repair", "purchases")
            #expect(
                repair.code == 0 && repair.output == "There is nothing to repair.\n",
                "\(repair.output)\(repair.errors)")
            let session = try #require(
                try await server.stripe("GET", "/v1/checkout/sessions").listed.first?["id"]?.string)
            let named = try await server.run("admin", "repair", "purchases", session)
            #expect(named.code == 0 && named.output.contains("it is booked"), "\(named.output)\(named.errors)")
            try await buyer.hasCredits(60)
        }
    }

    @Test func `a plan is bought, made bigger within its period, made smaller at its end, and ended`() async throws {
        try await CLIServer.withStripeEmulator { server, buyer in
            try await server.pay(try await buyer.checkout(["plan": "basic"]))
            try await buyer.hasCredits(510)
            try await buyer.hasPlan("basic")

            let bigger = try await buyer.checkout(["plan": "pro"])
            #expect(bigger["state"] == "paid", "\(bigger)")
            try await buyer.hasPlan("pro")
            let smaller = try await buyer.checkout(["plan": "basic"])
            #expect(smaller["state"] == "paid", "\(smaller)")
            #expect(try await buyer.get("/api/billing/subscription").json["subscription"]?["nextPlan"] == "basic")
            _ = try await server.stripe("POST", "/_emulator/clock/advance", "days=32")
            try await buyer.hasPlan("basic")

            let subscription = try #require(
                try await server.stripe("GET", "/v1/subscriptions").listed.first?["id"]?.string)
            _ = try await server.stripe("DELETE", "/v1/subscriptions/\(subscription)")
            try await buyer.hasPlan("free")
            try await buyer.hasPurchases(3)
            #expect(try await server.run("audit").code == 0)
        }
    }

    @Test func `an event is replayed by hand and books nothing twice`() async throws {
        try await CLIServer.withStripeEmulator { server, buyer in
            try await server.pay(try await buyer.checkout(["pack": "small"]))
            try await buyer.hasCredits(110)
            let events = try await server.stripe("GET", "/v1/events?type=checkout.session.completed").listed
            let event = try #require(events.first?["id"]?.string)

            let again = try await server.run("admin", "replay-event", event)
            let unknown = try await server.run("admin", "replay-event", "evt_unknown")

            #expect(again.code == 0 && again.output.contains("Applied \(event)."), "\(again.errors)")
            #expect(unknown.code == 1 && unknown.errors.contains("There is no event 'evt_unknown'."))
            try await buyer.hasCredits(110)
        }
    }
}
