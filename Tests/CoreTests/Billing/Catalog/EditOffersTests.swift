@testable import Core
import SQL
import Testing
import TestSupport

/// What packs and plans may be changed to, at the edges of each bound.
struct EditOffersTests {
    private static func plan(_ change: (inout Plan) -> Void) -> Plan {
        var plan = Plan(
            name: "edge", title: "Edge", monthlyCredits: .whole(1), price: Money(1, "usd"), concurrentJobs: 1,
            jobsPerHour: nil, weight: 1, headStart: .zero, rollover: 0, position: 0)
        change(&plan)
        return plan
    }

    private static func pack(_ change: (inout Pack) -> Void) -> Pack {
        var pack = Pack(
            name: "edge", title: "Edge", credits: .whole(1), price: Money(1, "usd"), position: 0, retiredAt: nil)
        change(&pack)
        return pack
    }

    private static let hundred = String(repeating: "é", count: 100)

    @Test(arguments: TestEngine.available)
    func `a pack is stored as it is within its bounds`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let edit = EditOffers(database: world.database, time: world.clock.time)
        for pack in [
            Self.pack { $0.credits = Credits(hundredths: 1) }, Self.pack { $0.credits = .whole(10_000_000) },
            Self.pack { $0.price = Money(99_999_999, "jpy") }, Self.pack { $0.title = Self.hundred },
            Self.pack { $0.title = "日本語 🎨 — 'x' \"y\"" }, Self.pack { $0.position = -5 },
            Self.pack { $0.retiredAt = world.clock.now }, Self.pack { $0.price = Money(1510, "kwd") },
            Self.pack { $0.price = Money(500, "isk") }, Self.pack { $0.price = Money(505, "huf") },
        ] {
            #expect(try await edit.pack("edge", by: nil) { _, _ in pack } == pack)
            #expect(try await world.database.read { try $0.billing.pack("edge") } == pack)
        }
    }

    @Test func `a pack beyond its bounds is refused by the field, and nothing changes`() async throws {
        let world = try await TestWorld()
        let edit = EditOffers(database: world.database, time: world.clock.time)
        for (field, pack) in [
            ("credits", Self.pack { $0.credits = .zero }), ("credits", Self.pack { $0.credits = .whole(-1) }),
            ("credits", Self.pack { $0.credits = .whole(10_000_000) + Credits(hundredths: 1) }),
            ("amount", Self.pack { $0.price = Money(0, "usd") }), ("amount", Self.pack { $0.price = Money(-1, "usd") }),
            ("amount", Self.pack { $0.price = Money(100_000_000, "usd") }),
            ("amount", Self.pack { $0.price = Money(1505, "kwd") }),
            ("amount", Self.pack { $0.price = Money(550, "isk") }),
            ("currency", Self.pack { $0.price = Money(1, "USD") }), ("currency", Self.pack { $0.price = Money(1, "") }),
            ("currency", Self.pack { $0.price = Money(1, "us") }), ("title", Self.pack { $0.title = "" }),
            ("title", Self.pack { $0.title = Self.hundred + "x" }), ("title", Self.pack { $0.title = "a\nb" }),
            ("title", Self.pack { $0.title = "a\u{2028}b" }), ("title", Self.pack { $0.title = "a\u{0}b" }),
            ("title", Self.pack { $0.title = "a\tb" }),
            // One letter, to those who count letters.
            ("title", Self.pack { $0.title = "e" + String(repeating: "\u{301}", count: 100) }),
        ] {
            #expect(await refusal { try await edit.pack("edge", by: nil) { _, _ in pack } } == field, "\(pack)")
        }
        #expect(try await world.database.read { try $0.billing.pack("edge") } == nil)
    }

    @Test(arguments: TestEngine.available)
    func `a plan is stored as it is within its bounds`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let edit = EditOffers(database: world.database, time: world.clock.time)
        for plan in [
            Self.plan { $0.monthlyCredits = .zero }, Self.plan { $0.monthlyCredits = .whole(10_000_000) },
            Self.plan { $0.price = nil }, Self.plan { $0.concurrentJobs = 100_000 }, Self.plan { $0.jobsPerHour = 1 },
            Self.plan { $0.jobsPerHour = 10_000_000 }, Self.plan { $0.weight = 1000 }, Self.plan { $0.rollover = 36 },
            Self.plan { $0.headStart = .seconds(3600) },
        ] {
            #expect(try await edit.plan("edge", by: nil) { _ in plan } == plan)
            #expect(try await world.database.read { try $0.billing.plan("edge") } == plan)
        }
    }

    @Test func `a plan beyond its bounds is refused by the field, and nothing changes`() async throws {
        let world = try await TestWorld()
        let edit = EditOffers(database: world.database, time: world.clock.time)
        for (field, plan) in [
            ("monthlyCredits", Self.plan { $0.monthlyCredits = .whole(-1) }),
            ("monthlyCredits", Self.plan { $0.monthlyCredits = .whole(10_000_001) }),
            ("amount", Self.plan { $0.price = Money(0, "usd") }),
            ("amount", Self.plan { $0.price = Money(550, "ugx") }),
            ("currency", Self.plan { $0.price = Money(1, "xxq") }),
            ("concurrentJobs", Self.plan { $0.concurrentJobs = 0 }),
            ("concurrentJobs", Self.plan { $0.concurrentJobs = 100_001 }),
            ("jobsPerHour", Self.plan { $0.jobsPerHour = 0 }),
            ("jobsPerHour", Self.plan { $0.jobsPerHour = 10_000_001 }),
            ("weight", Self.plan { $0.weight = 0 }), ("weight", Self.plan { $0.weight = 1001 }),
            ("rollover", Self.plan { $0.rollover = -1 }), ("rollover", Self.plan { $0.rollover = 37 }),
            ("headStartSeconds", Self.plan { $0.headStart = .seconds(-1) }),
            ("headStartSeconds", Self.plan { $0.headStart = .seconds(3601) }),
            ("headStartSeconds", Self.plan { $0.headStart = .seconds(Int.max) }),
            ("title", Self.plan { $0.title = "" }),
        ] {
            #expect(await refusal { try await edit.plan("edge", by: nil) { _ in plan } } == field, "\(plan)")
        }
        #expect(try await world.database.read { try $0.billing.plan("edge") } == nil)
    }

    @Test func `a name is checked before anything is read or made`() async throws {
        let world = try await TestWorld()
        let edit = EditOffers(database: world.database, time: world.clock.time)
        for name in ["", "Big", "a:b", String(repeating: "x", count: 41)] {
            let pack = await refusal { try await edit.pack(name, by: nil) { _, _ in throw Unexpected("asked") } }
            let plan = await refusal { try await edit.plan(name, by: nil) { _ in throw Unexpected("asked") } }
            #expect(pack == "name" && plan == "name")
        }
    }

    @Test(arguments: [Plan.free, Plan.payAsYouGo])
    func `the free plan and the limits of bought credits change, and have neither a price nor credits`(
        name: String
    ) async throws {
        let world = try await TestWorld()
        let edit = EditOffers(database: world.database, time: world.clock.time)
        func change(_ change: @escaping @Sendable (inout Plan) -> Void) async throws -> Plan {
            try await edit.plan(name, by: nil) { before in
                var plan = try #require(before)
                change(&plan)
                return plan
            }
        }

        #expect(try await change { $0.concurrentJobs = 7 }.concurrentJobs == 7)
        await #expect(throws: OfferError.inUse) { try await change { $0.price = Money(1, "usd") } }
        await #expect(throws: OfferError.inUse) { try await change { $0.monthlyCredits = Credits(hundredths: 1) } }
        #expect(try await world.database.read { try $0.billing.plan(name) }?.price == nil)
    }

    /// The field that is refused.
    private func refusal<Value>(_ body: () async throws -> Value) async -> String? {
        do {
            _ = try await body()
            return nil
        } catch {
            guard case OfferError.invalid(let field, let message) = error else { return "\(error)" }
            #expect(message.hasPrefix("'\(field)'"))
            return field
        }
    }
}
