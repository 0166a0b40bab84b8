import Core
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization
import Testing
@testable import StripeEmulator

/// What the pay page and the emulator's own page say.
struct PageTests {
    private struct Shown {
        let status: Int
        let location: String?
        let text: String
    }

    private func open(_ path: String, of world: StripeWorld, form: String? = nil) async throws -> Shown {
        let head = HTTPRequest(method: form == nil ? .get : .post, scheme: "http", authority: "stripe.test", path: path)
        let response = try await Pages(emulator: world.emulator).response(
            to: Request(head: head, body: RequestBody(buffer: ByteBuffer())), body: form ?? "")
        let text = Collected()
        try await response.body.write(text)
        return Shown(status: response.status.code, location: response.headers[.location], text: text.text)
    }

    @Test func `a pay page says who is paid, for what, and why the address cannot be changed`() async throws {
        try await StripeWorld.with { world in
            let (price, customer) = (try await world.price(1000, nil), try await world.customer())
            let session = try await world.post(
                "/v1/checkout/sessions",
                "mode=payment&success_url=http://shop.test/ok&line_items[0][price]=\(price)&line_items[0][quantity]=1"
                    + "&customer=\(customer)")
            let anybody = try await world.session()

            let known = try await open("/c/pay/\(session.id)", of: world)
            let unknown = try await open("/c/pay/\(anybody.id)", of: world)

            #expect(known.status == 200 && known.text.contains("<p>To shop.test</p>") && known.text.contains("Plan"))
            #expect(known.text.contains("value=\"ada@example.com\"") && known.text.contains("cannot be changed here"))
            #expect(!unknown.text.contains("cannot be changed here") && !unknown.text.contains("readonly"))
            #expect(known.text.contains("<a href=\"/\">page of the Stripe emulator</a>"))
        }
    }

    @Test func `after a refusal the page is another one, which says what now`() async throws {
        try await StripeWorld.with { world in
            let plain = try await world.session()
            let withBack = try await world.session(1000, "&cancel_url=http://shop.test/no")
            for (session, hasBack) in [(plain, false), (withBack, true)] {
                let path = "/c/pay/\(session.id)"

                let refused = try await open(path, of: world, form: "action=decline&email=ada@example.com")
                let page = try await open(refused.location ?? "", of: world)
                let paid = try await open(path, of: world, form: "action=pay&email=ada@example.com")

                #expect(refused.status == 303 && refused.location == path + "?end=declined")
                #expect(page.status == 200 && page.text.contains("Nothing was paid. Press Pay to pay"))
                #expect(page.text.contains("or Back to return without buying") == hasBack)
                #expect(paid.status == 303 && paid.location == "http://shop.test/ok")
                let over = try await open(path + "?end=declined", of: world)
                #expect(over.text.contains("is complete") && !over.text.contains("Nothing was paid"))
            }
        }
    }

    @Test func `a charge is listed with its payer and item, and is not returned by one press`() async throws {
        try await StripeWorld.with { world in
            _ = try await world.charge(700)
            let subscription = try await world.subscription(to: world.price(3100))
            #expect(subscription.at("status") == "active")

            let page = try await open("/", of: world)

            #expect(page.text.contains("paid by ada@example.com"))
            let charges = page.text.components(separatedBy: "<small class=\"badge\">succeeded").dropFirst()
            #expect(charges.count == 2 && charges.allSatisfy { $0.contains("Plan") && $0.contains(", paid by ") })
            for charge in charges {
                let refund = charge.components(separatedBy: "<summary>Refund</summary>")
                let dispute = charge.components(separatedBy: "<summary>Dispute</summary>")
                #expect(refund.count == 2 && refund[1].hasPrefix("<button") && !refund[0].contains("value=\"refund\""))
                #expect(dispute.count == 2 && dispute[1].hasPrefix("<button"))
            }
        }
    }
}

private final class Collected: ResponseBodyWriter, Sendable {
    private let buffer = Mutex(ByteBuffer())
    var text: String { buffer.withLock { String(buffer: $0) } }

    func write(_ part: ByteBuffer) async throws {
        buffer.withLock { $0.writeImmutableBuffer(part) }
    }

    func finish(_ trailers: HTTPFields?) async throws {}
}
