import Core
import Foundation
import SQL
import Testing
import TestSupport

struct ManySubmissionsTests {
    @Test func `of a thousand at once with credits for five hundred, five hundred are taken`() async throws {
        try await RunningServer.with(.init(arguments: ["--no-worker"])) { server in
            // So that neither the hour nor the queue is what says no.
            try await server.withDatabase { database in
                _ = try await database.write(order: .alone) {
                    try $0.execute("UPDATE plans SET concurrent_jobs = 2000 WHERE name = 'enterprise'")
                }
            }
            let user = try await server.account(credits: 1500)

            let responses = try await withThrowingTaskGroup(of: HTTPResponse.self) { group in
                for index in 0..<1000 {
                    group.addTask {
                        try await user.post(
                            "/api/generate", ["prompt": .string("dress \(index)"), "resolution": "256x256"])
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let (taken, refused) = (responses.filter { $0.status == 202 }, responses.filter { $0.status == 402 })

            #expect(
                taken.count == 500 && refused.count == 500,
                "\(responses.first { ![202, 402].contains($0.status) }?.text ?? "")")
            #expect(Set(taken.map(\.jobID)).count == 500)
            #expect(refused.allSatisfy { $0.code == "insufficient_credits" && $0["error"]?["required"]?.number == 3 })
            #expect(
                refused.allSatisfy { response in
                    response["error"]?["available"]?.number.map { $0 >= 0 && $0 < 3 } == true
                })
            #expect(try await user.balance() == [0, 1500])
            #expect(try await Traces(of: user, on: server).reservations == 500)
            #expect(try await server.run(["audit"]).status == 0)
        }
    }
}
