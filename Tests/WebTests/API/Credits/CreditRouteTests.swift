import Core
import Foundation
import HTTPTypes
import SQL
import TestSupport
import Testing
@testable import Web

struct CreditRouteTests {
    @Test func `a balance shows the lots behind it, and nothing that has expired`() async throws {
        try await AccountWorld.run(credits: 5) { app in
            let now = app.world.clock.now
            try await app.world.database.write(order: .alone) {
                let soon = now + .seconds(60)
                _ = try $0.ledger.grant(.grant, .whole(3), to: app.ada.account, key: "plan", expiresAt: soon, now: now)
            }

            let before = try await app.get("/credits/balance")
            app.world.clock.advance(by: .seconds(60))
            let after = try await app.get("/credits/balance")

            #expect(before["availableCredits"] == 8 && before["bonusCredits"] == 5 && before["totalAllocated"] == 8)
            #expect(before["nextReplenishmentAt"] == .null && before["hasMoreLots"] == nil)
            let lots = before["lots"]?.array?.map { "\($0["source"]?.string ?? "") \($0["remaining"]?.integer ?? 0)" }
            #expect(lots == ["grant 3", "bonus 5"])
            #expect(before["lots"]?.array?.first?["expiresAt"]?.string == (now + .seconds(60)).text)
            #expect(after["availableCredits"] == 5 && after["lots"]?.array?.count == 1 && after["totalAllocated"] == 8)
        }
    }

    @Test func `a history is filtered, page by page`() async throws {
        try await AccountWorld.run { app in
            let start = app.world.clock.now
            app.world.clock.advance(by: .seconds(86_400))
            for _ in 0..<3 { try await app.world.submit(for: app.ada) }

            let first = try await app.get("/credits/history?kind=reserve&limit=2")
            let next = first["nextCursor"]?.string ?? ""
            let second = try await app.get("/credits/history?kind=reserve&limit=2&cursor=\(next)")
            let job = first["transactions"]?.array?.first?["jobId"]?.string ?? ""
            let ofJob = try await app.get("/credits/history?job=\(job)")
            let earlier = try await app.get("/credits/history?to=\((start + .milliseconds(1)).text)")
            let (from, to) = (start.text.prefix(10), app.world.clock.now.text.prefix(10))
            let day = try await app.get("/credits/history?from=\(from)&to=\(to)")

            #expect(first["transactions"]?.array?.count == 2)
            #expect(second["transactions"]?.array?.count == 1 && second["nextCursor"] == nil)
            #expect(ofJob["transactions"]?.array?.map { $0["kind"] } == ["reserve"])
            #expect(earlier["transactions"]?.array?.map { $0["kind"] } == ["bonus"])
            #expect(day["transactions"]?.array?.map { $0["kind"] } == ["bonus"])
            let foreign = try await app.get("/credits/history?job=\(job)", as: "bob")
            #expect(foreign["transactions"]?.array?.isEmpty == true)
        }
    }

    @Test(arguments: [
        ("kind=theft", "kind"), ("job=x", "job"), ("from=yesterday", "from"), ("to=2026-13-01", "to"),
        ("format=xml", "format"), ("limit=0", "limit"), ("cursor=x", "cursor"),
    ])
    func `what is no filter is refused by its name`(query: String, field: String) async throws {
        try await AccountWorld.run { app in
            let response = try await app.get("/credits/history?\(query)")

            #expect(response.status == 422 && response.code == "invalid_parameter")
            #expect(response["error"]?["field"]?.string == field)
        }
    }

    @Test func `what is bought or taken back names its purchase, in a history and in a lot`() async throws {
        try await AccountWorld.run(credits: 0) { app in
            let (now, ada) = (app.world.clock.now, app.ada.account)
            let (purchase, lot) = (ID<Purchase>.make(at: now), ID<Lot>.make(at: now))
            try await app.world.database.write(order: .alone) {
                try $0.insertRefundedPurchase(purchase, lot, of: ada, now)
            }

            app.world.clock.advance(by: .seconds(1))

            let history = try await app.get("/credits/history")
            let clawBacks = try await app.get("/credits/history?kind=claw_back")
            let csv = try await app.get("/credits/history?format=csv&kind=claw_back")
            let lots = try await app.get("/credits/explain")
            let entries = try await app.get("/credits/explain?lot=\(lot)")

            let lines = history["transactions"]?.array ?? []
            #expect(lines.map { $0["kind"] } == ["claw_back", "purchase"] && lines.map { $0["amount"] } == [-25, 100])
            #expect(lines.map { $0["purchaseId"]?.string } == [purchase.rawValue, purchase.rawValue])
            #expect(lines.map { $0["reason"] } == ["refund", nil])
            #expect(clawBacks["transactions"]?.array == lines.first.map { [$0] })
            #expect(csv.text.hasSuffix(",claw_back,-25.00,,75.00,0.00,\(purchase),refund\r\n"))
            #expect(lots["lots"]?.array?.map { [$0["clawedBack"], $0["moved"]] } == [[25, 0]])
            #expect(entries["entries"]?.array?.map { $0["reason"] } == ["refund", nil])
            #expect(entries["entries"]?.array?.allSatisfy { $0["purchaseId"]?.string == purchase.rawValue } == true)
        }
    }

    @Test func `a history comes whole as CSV, more of it than is read at once`() async throws {
        try await AccountWorld.run(credits: 10_000) { app in
            let now = app.world.clock.now
            try await app.world.database.write(order: .alone) { transaction in
                for number in 0..<1_100 {
                    try transaction.ledger.grant(
                        .purchase, Credits(hundredths: 1), to: app.ada.account, key: "\(number)", now: now)
                }
            }

            let response = try await app.get("/credits/history", headers: ["Accept": "text/csv"])
            let filtered = try await app.get("/credits/history?format=csv&kind=bonus")

            let lines = response.text.components(separatedBy: "\r\n")
            #expect(response.header("Content-Type")?.hasPrefix("text/csv") == true)
            let header = "id,createdAt,kind,amount,jobId,availableAfter,reservedAfter,purchaseId,reason"
            #expect(lines.first == header)
            #expect(lines.last == "" && lines.count == 1 + 1_101 + 1)
            #expect(Set(lines.dropFirst().dropLast()).count == 1_101)
            #expect(filtered.text.components(separatedBy: "\r\n").count == 3)
            #expect(filtered.text.contains(",bonus,10000.00,,10000.00,0.00,,\r\n"))
        }
    }

    @Test func `a balance is explained by lots, and a lot by its entries, page by page`() async throws {
        try await AccountWorld.run(credits: 10) { app in
            let now = app.world.clock.now
            try await app.world.database.write(order: .alone) {
                _ = try $0.ledger.grant(
                    .purchase, .whole(20), to: app.ada.account, key: "pack", now: now + .milliseconds(1))
            }
            app.world.clock.advance(by: .seconds(1))
            for _ in 0..<3 { try await app.world.submit(for: app.ada) }

            let first = try await app.get("/credits/explain?limit=1")
            let second = try await app.get("/credits/explain?limit=1&cursor=\(first["nextCursor"]?.string ?? "")")
            let before = try await app.get("/credits/explain?at=\(now.text)")
            let lot = second["lots"]?.array?.first?["id"]?.string ?? ""
            let entries = try await app.get("/credits/explain?lot=\(lot)&limit=2")
            let next = entries["nextCursor"]?.string ?? ""
            let rest = try await app.get("/credits/explain?lot=\(lot)&limit=2&cursor=\(next)")

            #expect(first["availableCredits"] == 12 && first["reservedCredits"] == 18)
            #expect(first["lots"]?.array?.map { $0["source"] } == ["purchase"])
            #expect(second["lots"]?.array?.map { $0["source"] } == ["bonus"])
            #expect(second["nextCursor"] == nil)
            #expect(before["availableCredits"] == 10 && before["lots"]?.array?.count == 1)
            #expect(entries["entries"]?.array?.count == 4 && rest["entries"]?.array?.count == 1)
            #expect(rest["entries"]?.array?.last?["kind"] == "bonus" && rest["nextCursor"] == nil)
            #expect(try await app.get("/credits/explain?lot=\(lot)", as: "bob").status == 404)
        }
    }

    @Test func `credits are shown to nobody who is not signed in, and to others only their own`() async throws {
        try await AccountWorld.run(credits: 93) { app in
            for path in ["/credits/balance", "/credits/history", "/credits/explain", "/limits"] {
                let nobody = try await app.send(.get, path, as: nil)
                #expect(nobody.status == 401 && nobody.code == "unauthorized", "\(path)")
            }
            _ = try await app.send(.put, "/limits/account", ["perDay": 1])

            #expect(try await app.get("/credits/balance", as: "bob")["availableCredits"] == 7)
            let history = try await app.get("/credits/history", as: "bob")
            #expect(history["transactions"]?.array?.map { $0["amount"] } == [7])
            #expect(try await app.get("/credits/explain", as: "bob")["lots"]?.array?.map { $0["granted"] } == [7])
            #expect(try await app.get("/limits", as: "bob")["limits"] == [])
        }
    }

    @Test func `a member and a key see the credits of their account`() async throws {
        try await AccountWorld.run(credits: 93) { app in
            for user in ["member", "key"] {
                let balance = try await app.get("/credits/balance", as: user)
                let history = try await app.get("/credits/history", as: user)
                #expect(balance["availableCredits"] == 93 && history["transactions"]?.array?.count == 1)
            }
        }
    }

    @Test func `a balance lists a hundred lots and says if there are more`() async throws {
        try await AccountWorld.run(credits: 1) { app in
            let now = app.world.clock.now
            func grant(_ numbers: Range<Int>) async throws {
                try await app.world.database.write(order: .alone) { transaction in
                    for number in numbers {
                        try transaction.ledger.grant(
                            .purchase, .whole(1), to: app.ada.account, key: "\(number)", now: now)
                    }
                }
            }
            try await grant(0..<99)
            let hundred = try await app.get("/credits/balance")
            try await grant(99..<100)
            let more = try await app.get("/credits/balance")

            #expect(hundred["lots"]?.array?.count == 100 && hundred["hasMoreLots"] == nil)
            #expect(more["lots"]?.array?.count == 100 && more["hasMoreLots"] == true)
            #expect(more["availableCredits"] == 101 && more["bonusCredits"] == 1)
        }
    }

    @Test func `each step of a job is a line, with what the account had after it`() async throws {
        try await AccountWorld.run { app in
            app.world.clock.advance(by: .milliseconds(1))
            let job = try await app.world.submit(for: app.ada, images: 2)
            try await app.finish(missing: 1)

            let history = try await app.get("/credits/history")
            let balance = try await app.get("/credits/balance")

            let lines = history["transactions"]?.array ?? []
            #expect(lines.map { $0["kind"] } == ["release", "capture", "reserve", "bonus"])
            #expect(lines.map { $0["amount"] } == [6, 6, 12, 100])
            #expect(lines.map { $0["availableAfter"] } == [94, 88, 88, 100])
            #expect(lines.map { $0["reservedAfter"] } == [0, 6, 12, 0])
            #expect(lines.map { $0["jobId"]?.string } == [job.id.rawValue, job.id.rawValue, job.id.rawValue, nil])
            #expect(balance["availableCredits"] == 94 && balance["reservedCredits"] == 0)
        }
    }

    @Test func `an exported history has the filters of the shown one, and a name`() async throws {
        try await AccountWorld.run { app in
            let first = try await app.world.submit(for: app.ada)
            app.world.clock.advance(by: .seconds(60))
            let from = app.world.clock.now.text
            let second = try await app.world.submit(for: app.ada)

            let ofJob = try await app.get("/credits/history?format=csv&job=\(first.id)")
            let later = try await app.get("/credits/history?from=\(from)", headers: ["Accept": "text/csv, */*"])
            let none = try await app.get("/credits/history?format=csv&kind=refund")
            let json = try await app.get("/credits/history?format=json", headers: ["Accept": "text/csv"])
            let bobs = try await app.get("/credits/history?format=csv&job=\(first.id)", as: "bob")

            let header = "id,createdAt,kind,amount,jobId,availableAfter,reservedAfter,purchaseId,reason\r\n"
            #expect(ofJob.text.hasPrefix(header) && ofJob.text.hasSuffix(",reserve,6.00,\(first.id),94.00,6.00,,\r\n"))
            #expect(later.text.components(separatedBy: "\r\n").count == 3)
            #expect(later.text.contains(",\(from),reserve,6.00,\(second.id),88.00,12.00,,\r\n"))
            #expect(none.text == header && bobs.text == header)
            #expect(ofJob.header("Content-Disposition") == #"attachment; filename="credits.csv""#)
            #expect(ofJob.header("Cache-Control") == "no-store" && json["transactions"]?.array?.count == 3)
            // What the filter refuses is refused before anything is sent.
            #expect(try await app.get("/credits/history?format=csv&kind=theft").status == 422)
        }
    }

    @Test func `what cannot be explained is refused by its name`() async throws {
        try await AccountWorld.run { app in
            let nowhere = "lot=01900000-0000-7000-8000-000000000000"
            let queries: [(String, Int, String, String?)] = [
                ("at=yesterday", 422, "invalid_parameter", "at"), ("lot=x", 422, "invalid_parameter", "lot"),
                ("limit=0", 422, "invalid_parameter", "limit"), ("cursor=x", 422, "invalid_parameter", "cursor"),
                (nowhere + "&cursor=x", 422, "invalid_parameter", "cursor"), (nowhere, 404, "not_found", nil),
            ]
            for (query, status, code, field) in queries {
                let response = try await app.get("/credits/explain?\(query)")
                #expect(response.status == status && response.code == code, "\(query)")
                #expect(response["error"]?["field"]?.string == field, "\(query)")
            }
        }
    }

    @Test func `an explanation adds up, at any instant and for each lot`() async throws {
        try await AccountWorld.run(credits: 10) { app in
            let start = app.world.clock.now
            let job = try await app.world.submit(for: app.ada)
            try await app.finish()

            let now = try await app.get("/credits/explain")
            let before = try await app.get("/credits/explain?at=\((start - .milliseconds(1)).text)")
            let then = try await app.get("/credits/explain?at=\(start.text)")
            let lot = try #require(now["lots"]?.array?.first)
            let entries = try await app.get("/credits/explain?lot=\(lot["id"]?.string ?? "")")
            let past = try await app.get("/credits/explain?lot=\(lot["id"]?.string ?? "")&at=\(start.text)")

            #expect(now["at"]?.string == app.world.clock.now.text && now["availableCredits"] == 4)
            #expect(lot["granted"] == 10 && lot["available"] == 4 && lot["captured"] == 6 && lot["entries"] == 4)
            #expect(lot["reserved"] == 0 && lot["expired"] == 0 && lot["moved"] == 0 && lot["expiresAt"] == nil)
            #expect(before["availableCredits"] == 0 && before["lots"] == [])
            #expect(then["availableCredits"] == 4 && then["reservedCredits"] == 6)
            let lines = (entries["entries"]?.array ?? []).map {
                "\($0["kind"]?.string ?? "") \($0["book"]?.string ?? "") \($0["amount"]?.integer ?? 0)"
            }
            #expect(lines.first == "capture reserved -6" && lines.count == 4)
            #expect(Set(lines.dropFirst()) == ["reserve available -6", "reserve reserved 6", "bonus available 10"])
            #expect(entries["entries"]?.array?.first?["jobId"]?.string == job.id.rawValue)
            #expect(entries["lot"] == lot["id"] && past["entries"]?.array?.count == 3)
        }
    }
}

extension Transaction {
    /// A hundred credits, of which a quarter was taken back.
    fileprivate func insertRefundedPurchase(
        _ purchase: ID<Purchase>, _ lot: ID<Lot>, of account: ID<Account>, _ now: Instant
    ) throws {
        let ids = [now, now + .milliseconds(1)].map { ID<LedgerTransaction>.make(at: $0) }
        try runScript("""
            INSERT INTO lots (id, account_id, source, granted, remaining, created_at)
                VALUES ('\(lot)', '\(account)', 'purchase', 10000, 7500, 0);
            INSERT INTO purchases (id, account_id, source, key, item, credits, lot_id, amount, currency, environment,
                refunded, clawed_back, created_at)
                VALUES ('\(purchase)', '\(account)', 'checkout', 'checkout:cs_1', 'pack:small', 10000, '\(lot)', 500,
                    'usd', 'test', 125, 2500, 0);
            INSERT INTO entries (transaction_id, position, book, account_id, lot_id, amount) VALUES
                ('\(ids[0])', 0, 'purchases', NULL, NULL, -10000),
                ('\(ids[0])', 1, 'available', '\(account)', '\(lot)', 10000),
                ('\(ids[1])', 0, 'available', '\(account)', '\(lot)', -2500),
                ('\(ids[1])', 1, 'purchases', NULL, NULL, 2500);
            INSERT INTO transactions (id, kind, key, account_id, amount, available_after, reserved_after, created_at)
                VALUES ('\(ids[0])', 'purchase', 'checkout:cs_1', '\(account)', 10000, 10000, 0, 0),
                    ('\(ids[1])', 'claw_back', 'claw_back:\(purchase):1:refund', '\(account)', -2500, 7500, 0, 0);
            """)
    }
}

struct CSVTests {
    @Test(arguments: [
        ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""),
        ("two\r\nlines", "\"two\r\nlines\""),
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
        ("\r=1,", "\"'\r=1,\""), ("", ""),
    ])
    func `a cell is written so that it is read as it was meant, and never as a formula`(text: String, written: String) {
        var csv = CSV(["name"])
        _ = csv.take()

        csv.add([.text(text), .number("-1.00")])

        #expect(csv.take() == written + ",-1.00\r\n")
        #expect(csv.take() == "")
    }
}

struct InstantTextTests {
    @Test(arguments: [
        ("2026-11-21", "2026-11-21T00:00:00.000Z"), ("2026-11-21T05:03:49Z", "2026-11-21T05:03:49.000Z"),
        ("2026-11-21T05:03:49.937Z", "2026-11-21T05:03:49.937Z"),
        ("1999-12-31T23:59:59.999Z", "1999-12-31T23:59:59.999Z"),
        ("2026-11-21T05:03:49+01:00", "2026-11-21T04:03:49.000Z"), ("2026-11-21T05:03:49", nil),
        ("21.11.2026", nil), ("2026-02-30x", nil),
        ("", nil), ("now", nil),
    ] as [(String, String?)])
    func `an instant is read as it is written, and nothing else is`(text: String, written: String?) {
        #expect(Instant(text: text)?.text == written)
    }
}
