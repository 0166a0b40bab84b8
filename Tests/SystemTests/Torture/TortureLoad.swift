import Core
import Foundation
import Synchronization
import TestSupport

/// People who submit, cancel, try again and watch on any node, and accept everything but wrong responses.
final class TortureLoad: Sendable {
    private struct State {
        var jobs: [(id: String, user: Int)] = []
        var wrong: [String] = []
        var statuses: [Int: Int] = [:]
        var seen: [Int: [Int64]] = [:]
    }

    /// Long enough for a node under load; one that stands still is left alone after that.
    private static let timeout: Int64 = 6
    private static let faults = [
        "", "", "", "", " sandbox:slow=1", " sandbox:webhook-lost", " sandbox:no-answer", " sandbox:webhook-first",
        " sandbox:webhook-first sandbox:slow=1", " sandbox:webhook-twice", " sandbox:policy", " sandbox:429=1",
        " sandbox:queue=1",
        " sandbox:500-then-ok", " sandbox:webhook-forged", " sandbox:flagged",
    ]

    let users: [APIUser]
    private let nodes: RunningNodes
    private let state = Mutex(State())

    init(users: [APIUser], nodes: RunningNodes) {
        self.users = users
        self.nodes = nodes
    }

    /// The jobs that somebody has a response for.
    var jobs: [(id: String, user: Int)] { state.withLock { $0.jobs } }
    var wrong: [String] { state.withLock { $0.wrong } }
    var statuses: [Int: Int] { state.withLock { $0.statuses } }
    /// The ids of the events that a reader received, in that order.
    func seen(by user: Int) -> [Int64] { state.withLock { $0.seen[user] ?? [] } }

    func run(_ chance: Seeded, until end: Instant) async {
        var chance = chance
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                let own = Seeded(chance.next())
                group.addTask { await self.work(own, until: end) }
            }
            for user in users.indices { group.addTask { await self.watch(user, until: end) } }
        }
    }

    private func work(_ given: Seeded, until end: Instant) async {
        var chance = given
        while Time.system.now() < end {
            let user = Int.random(in: users.indices, using: &chance)
            switch chance.number(0...19) {
            case 0...13: await submit(user, &chance)
            case 14...15: await touchSome("DELETE", "", of: user, &chance)
            case 16...17: await touchSome("POST", "/retry", of: user, &chance)
            case 18: await grant(user)
            default: _ = await send(user, "GET", "/api/jobs?limit=20", nil, [:], &chance)
            }
            do { try await Time.system.sleep(.milliseconds(chance.number(0...150))) } catch { return }
        }
    }

    /// With a key, by which it is sent again if there is no response: one job in any case.
    private func submit(_ user: Int, _ chance: inout Seeded) async {
        let prompt =
            "dress \(chance.number(1...1_000_000))"
            + TortureLoad.faults[Int.random(in: TortureLoad.faults.indices, using: &chance)]
        let body = JSON.object([
            "prompt": .string(prompt), "resolution": "256x256", "numImages": .integer(chance.number(1...2)),
        ])
        let headers = ["Idempotency-Key": "torture-\(chance.next())"]
        var first: String?
        for _ in 0..<6 {
            guard let response = await send(user, "POST", "/api/generate", body, headers, &chance) else { continue }
            guard response.status == 202 else {
                guard [503, 409].contains(response.status) else { return }
                do { try await Time.system.sleep(.milliseconds(200)) } catch { return }
                continue
            }
            if let first, first != response.jobID { note("one key, two jobs: \(first), \(response.jobID)") }
            if first == nil { state.withLock { $0.jobs.append((response.jobID, user)) } }
            first = response.jobID
            if !chance.happens(oneIn: 8) { return }
        }
    }

    private func touchSome(_ method: String, _ suffix: String, of user: Int, _ chance: inout Seeded) async {
        let own = jobs.suffix(40).filter { $0.user == user }
        guard let job = own.randomElement(using: &chance) else { return }
        guard let response = await send(user, method, "/api/jobs/\(job.id)\(suffix)", nil, [:], &chance) else { return }
        if response.status == 404 { note("a job with a response is gone: \(job.id)") }
        if response.status == 202, method == "POST", !response.jobID.isEmpty {
            state.withLock { $0.jobs.append((response.jobID, user)) }
        }
    }

    /// An operator beside the nodes.
    private func grant(_ user: Int) async {
        guard let account = users[user].account else { return }
        _ = try? await nodes.run(["admin", "grant", account.rawValue, "5"])
    }

    /// Nil if there was no response.
    private func send(
        _ user: Int, _ method: String, _ path: String, _ body: JSON?, _ headers: [String: String],
        _ chance: inout Seeded
    ) async -> HTTPResponse? {
        let node = nodes.serving[Int.random(in: nodes.serving.indices, using: &chance)]
        guard let response = try? await users[user].at(node).send(
            method, path, bytes: body.map { Array($0.text.utf8) }, headers: headers, within: TortureLoad.timeout)
        else { return nil }
        state.withLock { $0.statuses[response.status, default: 0] += 1 }
        if response.status >= 500, response.status != 503 {
            note("\(method) \(path): \(response.status) \(response.text)")
        }
        return response
    }

    /// The account's events on one node after another, a few seconds each, and going on where the last one ended.
    private func watch(_ user: Int, until end: Instant) async {
        var turn = user
        while Time.system.now() < end {
            turn += 1
            let stream = users[user].at(nodes.serving[turn % nodes.serving.count])
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.follow(stream, user, until: { false }) }
                group.addTask { _ = try? await Time.system.sleep(.seconds(3)) }
                await group.next()
                group.cancelAll()
            }
        }
    }

    /// All that a stream sent before it broke off counts.
    private func follow(_ stream: APIUser, _ user: Int, until isEnough: @escaping @Sendable () -> Bool) async {
        let last = seen(by: user).last ?? 0
        _ = try? await stream.events("/api/events", after: last, until: { event in
            if let id = event.id { self.state.withLock { $0.seen[user, default: []].append(id) } }
            return isEnough()
        })
    }

    /// The rest of an account's events, once all is quiet.
    func watchToTheEnd(_ user: Int, last: Int64) async {
        guard (seen(by: user).last ?? 0) < last, let node = nodes.serving.first else { return }
        await follow(users[user].at(node), user) { (self.seen(by: user).last ?? 0) >= last }
    }

    private func note(_ wrong: String) {
        state.withLock { $0.wrong.append(wrong) }
    }
}
