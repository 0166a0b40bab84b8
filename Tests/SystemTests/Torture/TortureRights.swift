import Core
import Foundation
import SQL
import Synchronization
import TestSupport

/// Keys that are revoked and users who are disabled while nodes die, and what they can still do afterwards: nothing,
/// on any node, once the time has passed for which a credential is cached.
final class TortureRights: Sendable {
    private struct State {
        var wrong: [String] = []
        var revoked = 0
        var disabled = 0
    }

    private let nodes: RunningNodes
    /// Somebody who is signed in, and whose keys are made and revoked.
    private let owner: APIUser
    /// Those who are disabled, and enabled again, while they submit and watch.
    private let users: [APIUser]
    private let state = Mutex(State())

    init(owner: APIUser, users: [APIUser], nodes: RunningNodes) {
        self.owner = owner
        self.users = users
        self.nodes = nodes
    }

    var wrong: [String] { state.withLock { $0.wrong } }
    /// For people who read the result of a run.
    var counts: String { state.withLock { "\($0.revoked) keys revoked, \($0.disabled) times a user disabled" } }

    /// Every user is enabled when it returns.
    func run(_ given: Seeded, until end: Instant) async throws {
        var chance = given
        let (ofKeys, ofUsers) = (Seeded(chance.next()), Seeded(chance.next()))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var chance = ofKeys
                while Time.system.now() < end { await self.useAndRevokeKey(&chance, until: end) }
            }
            group.addTask {
                var chance = ofUsers
                while Time.system.now() < end { try await self.disableAndEnable(&chance) }
            }
            try await group.waitForAll()
        }
    }

    private func useAndRevokeKey(_ chance: inout Seeded, until end: Instant) async {
        let made = await ask("POST", "/api/keys", ["name": "torture"], for: [201], &chance, until: end)
        guard let id = made?["id"]?.string, let secret = made?["key"]?.string else { return }
        var holder = owner
        holder.bearer = secret
        let (watcher, submitter) = (holder.at(node(&chance)), holder.at(node(&chance)))
        async let watched: Void = watch(watcher, "a revoked key")
        _ = try? await submitter.send("POST", "/api/generate", bytes: Self.job, within: 6)
        try? await Time.system.sleep(.milliseconds(chance.number(0...2000)))

        guard await ask("DELETE", "/api/keys/\(id)", nil, for: [200, 204, 404], &chance, until: end) != nil
        else { return }
        await demandRefusal(of: holder, since: Time.system.now(), "a revoked key")
        await watched
        state.withLock { $0.revoked += 1 }
    }

    private func disableAndEnable(_ chance: inout Seeded) async throws {
        let user = users[Int.random(in: users.indices, using: &chance)]
        let watcher = user.at(node(&chance))
        async let watched: Void = watch(watcher, "a disabled user")
        try? await Time.system.sleep(.milliseconds(chance.number(0...1000)))

        try await setDisabled(Time.system.now(), user)
        await demandRefusal(of: user, since: Time.system.now(), "a disabled user")
        await watched
        try await setDisabled(nil, user)
        state.withLock { $0.disabled += 1 }
        try? await Time.system.sleep(.milliseconds(chance.number(1000...5000)))
    }

    /// A request that begins when no credential from before can be cached any more must not be carried out.
    private func demandRefusal(of user: APIUser, since instant: Instant, _ name: String) async {
        let wait = instant + CredentialCache.lifetime + .milliseconds(1) - Time.system.now()
        try? await Time.system.sleep(max(wait, .zero))
        for node in nodes.serving {
            for (method, path, body) in [("GET", "/api/jobs?limit=1", nil), ("POST", "/api/generate", Self.job)] {
                let response = try? await user.at(node).send(method, path, bytes: body, within: 6)
                guard let status = response?.status, (200..<300).contains(status) else { continue }
                note("\(name) was served by \(node.name): \(method) \(path): \(status)")
            }
        }
    }

    /// Until the stream ends, which it must long before its hour is over.
    private func watch(_ user: APIUser, _ name: String) async {
        let (time, start) = (Time.system, Time.system.now())
        _ = try? await user.events("/api/events")
        if time.now() - start >= TestBound.wait { note("\(name) was still watching after \(TestBound.wait)") }
    }

    /// The operator's way, until it has worked: the database may be away.
    private func setDisabled(_ instant: Instant?, _ user: APIUser) async throws {
        guard let account = user.account else { throw Unexpected("the test made this account") }
        let (time, end) = (Time.system, Time.system.now() + TestBound.wait)
        while true {
            do {
                return try await nodes.withDatabase { database in
                    try await database.write(order: .alone) { transaction in
                        try transaction.execute(
                            "UPDATE users SET disabled_at = $2 WHERE id = $1", account.rawValue, instant)
                    }
                }
            } catch {
                guard time.now() < end else { throw error }
                try await time.sleep(.milliseconds(200))
            }
        }
    }

    /// As the owner, on any node, until one responds with such a status.
    private func ask(
        _ method: String, _ path: String, _ body: JSON?, for statuses: Set<Int>, _ chance: inout Seeded,
        until end: Instant
    ) async -> HTTPResponse? {
        while Time.system.now() < end {
            let response = try? await owner.at(node(&chance)).send(
                method, path, bytes: body.map { Array($0.text.utf8) }, within: 6)
            if let response, statuses.contains(response.status) { return response }
            if let response, response.status != 503, response.status != 500 {
                note("\(method) \(path): \(response.status) \(response.text)")
                return nil
            }
            try? await Time.system.sleep(.milliseconds(100))
        }
        return nil
    }

    private func node(_ chance: inout Seeded) -> RunningNode {
        nodes.serving[Int.random(in: nodes.serving.indices, using: &chance)]
    }

    private func note(_ wrong: String) {
        state.withLock { $0.wrong.append(wrong) }
    }

    private static let job = Array(#"{"prompt": "by a key", "resolution": "256x256"}"#.utf8)
}
