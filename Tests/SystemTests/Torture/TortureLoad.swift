import Core
import Foundation
import Synchronization
import TestSupport

/// People who submit, cancel, try again and watch on any node, and mind nothing but wrong answers.
final class TortureLoad: Sendable {
    private struct State {
        var jobs: [(id: String, caller: Int)] = []
        var wrong: [String] = []
        var statuses: [Int: Int] = [:]
        var seen: [Int: [Int64]] = [:]
    }

    /// Long enough for a node under load; one that stands still is left alone after that.
    private static let patience: Int64 = 6
    private static let faults = [
        "", "", "", "", " sandbox:slow=1", " sandbox:webhook-lost", " sandbox:no-answer", " sandbox:webhook-first",
        " sandbox:webhook-first sandbox:slow=1", " sandbox:webhook-twice", " sandbox:policy", " sandbox:429=1", " sandbox:queue=1",
        " sandbox:500-then-ok", " sandbox:webhook-forged", " sandbox:flagged",
    ]

    let callers: [Caller]
    private let nodes: RunningNodes
    private let state = Mutex(State())

    init(callers: [Caller], nodes: RunningNodes) {
        self.callers = callers
        self.nodes = nodes
    }

    /// The jobs that somebody was told of.
    var jobs: [(id: String, caller: Int)] { state.withLock { $0.jobs } }
    var wrong: [String] { state.withLock { $0.wrong } }
    var statuses: [Int: Int] { state.withLock { $0.statuses } }
    /// The ids of the events that whoever watches was told, in that order.
    func seen(by caller: Int) -> [Int64] { state.withLock { $0.seen[caller] ?? [] } }

    func run(_ chance: Seeded, until end: Instant) async {
        var chance = chance
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                let own = Seeded(chance.next())
                group.addTask { await self.work(own, until: end) }
            }
            for caller in callers.indices { group.addTask { await self.watch(caller, until: end) } }
        }
    }

    private func work(_ given: Seeded, until end: Instant) async {
        var chance = given
        while Time.system.now() < end {
            let caller = Int.random(in: callers.indices, using: &chance)
            switch chance.number(0...19) {
            case 0...13: await submit(caller, &chance)
            case 14...15: await touchSome("DELETE", "", of: caller, &chance)
            case 16...17: await touchSome("POST", "/retry", of: caller, &chance)
            case 18: await grant(caller)
            default: _ = await send(caller, "GET", "/api/jobs?limit=20", nil, [:], &chance)
            }
            do { try await Time.system.sleep(.milliseconds(chance.number(0...150))) } catch { return }
        }
    }

    /// With a key, by which it is asked again wherever there is no answer: one job, whatever happens.
    private func submit(_ caller: Int, _ chance: inout Seeded) async {
        let prompt = "dress \(chance.number(1...1_000_000))" + TortureLoad.faults[Int.random(in: TortureLoad.faults.indices, using: &chance)]
        let body = JSON.object(["prompt": .string(prompt), "resolution": "256x256", "numImages": .integer(chance.number(1...2))])
        let headers = ["Idempotency-Key": "torture-\(chance.next())"]
        var first: String?
        for _ in 0..<6 {
            guard let answer = await send(caller, "POST", "/api/generate", body, headers, &chance) else { continue }
            guard answer.status == 202 else {
                guard [503, 409].contains(answer.status) else { return }
                do { try await Time.system.sleep(.milliseconds(200)) } catch { return }
                continue
            }
            if let first, first != answer.jobID { note("one key, two jobs: \(first), \(answer.jobID)") }
            if first == nil { state.withLock { $0.jobs.append((answer.jobID, caller)) } }
            first = answer.jobID
            if !chance.happens(oneIn: 8) { return }
        }
    }

    private func touchSome(_ method: String, _ suffix: String, of caller: Int, _ chance: inout Seeded) async {
        let own = jobs.suffix(40).filter { $0.caller == caller }
        guard let job = own.randomElement(using: &chance) else { return }
        guard let answer = await send(caller, method, "/api/jobs/\(job.id)\(suffix)", nil, [:], &chance) else { return }
        if answer.status == 404 { note("a job that was answered for is gone: \(job.id)") }
        if answer.status == 202, method == "POST", !answer.jobID.isEmpty { state.withLock { $0.jobs.append((answer.jobID, caller)) } }
    }

    /// An operator beside the nodes.
    private func grant(_ caller: Int) async {
        guard let account = callers[caller].account else { return }
        _ = try? await nodes.run(["admin", "grant", account.rawValue, "5"])
    }

    /// Nothing where there was no answer.
    private func send(
        _ caller: Int, _ method: String, _ path: String, _ body: JSON?, _ headers: [String: String], _ chance: inout Seeded
    ) async -> HTTPAnswer? {
        let node = nodes.serving[Int.random(in: nodes.serving.indices, using: &chance)]
        guard let answer = try? await callers[caller].at(node).send(
            method, path, bytes: body.map { Array($0.text.utf8) }, headers: headers, within: TortureLoad.patience)
        else { return nil }
        state.withLock { $0.statuses[answer.status, default: 0] += 1 }
        if answer.status >= 500, answer.status != 503 { note("\(method) \(path): \(answer.status) \(answer.text)") }
        return answer
    }

    /// The account's events on one node after another, a few seconds each, and going on where the last one ended.
    private func watch(_ caller: Int, until end: Instant) async {
        var turn = caller
        while Time.system.now() < end {
            turn += 1
            let stream = callers[caller].at(nodes.serving[turn % nodes.serving.count])
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.follow(stream, caller, until: { false }) }
                group.addTask { _ = try? await Time.system.sleep(.seconds(3)) }
                await group.next()
                group.cancelAll()
            }
        }
    }

    /// Whatever a stream told before it broke off counts.
    private func follow(_ stream: Caller, _ caller: Int, until isEnough: @escaping @Sendable () -> Bool) async {
        let last = seen(by: caller).last ?? 0
        _ = try? await stream.events("/api/events", after: last, until: { event in
            if let id = event.id { self.state.withLock { $0.seen[caller, default: []].append(id) } }
            return isEnough()
        })
    }

    /// The rest of an account's events, once all is quiet.
    func watchToTheEnd(_ caller: Int, last: Int64) async {
        guard (seen(by: caller).last ?? 0) < last, let node = nodes.serving.first else { return }
        await follow(callers[caller].at(node), caller) { (self.seen(by: caller).last ?? 0) >= last }
    }

    private func note(_ wrong: String) {
        state.withLock { $0.wrong.append(wrong) }
    }
}
