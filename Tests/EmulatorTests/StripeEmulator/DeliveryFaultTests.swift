import Testing
@testable import StripeEmulator

struct DeliveryFaultTests {
    @Test func `the same seed does the same to the same events, another seed does not`() throws {
        let faults = try #require(Faults(list: "duplicate=30,reorder=20,lose=5,seed=7"))
        let again = try #require(Faults(list: "seed=7 lose=5 reorder=20 duplicate=30"))
        let other = try #require(Faults(list: "duplicate=30,reorder=20,lose=5,seed=8"))

        #expect((1...500).map(faults.orders) == (1...500).map(again.orders))
        #expect((1...500).map(faults.orders) != (1...500).map(other.orders))
    }

    @Test func `events are lost, doubled and held back about as often as was set`() throws {
        let orders = try (1...10_000).map(#require(Faults(list: "duplicate=30,reorder=20,lose=5")).orders)

        #expect(abs(orders.count { $0.first?.isLost == true } - 500) < 100)
        #expect(abs(orders.count { $0.count == 2 } - 2_850) < 300)
        #expect(abs(orders.count { $0.first?.name == "reorder" } - 1_900) < 300)
        #expect(orders.allSatisfy { $0.allSatisfy { $0.delay < .seconds(2) } })
    }

    @Test func `without faults each event is delivered once, at once`() {
        #expect((1...100).allSatisfy { Faults().orders(for: $0) == [.init(delay: .zero)] })
    }

    @Test(arguments: ["lose", "lose=101", "lose=-1", "lose=x", "shoes=1", "answer_delay=61", "delay=nan"])
    func `an unknown fault or an invalid value is refused`(list: String) {
        #expect(Faults(list: list) == nil)
    }
}
