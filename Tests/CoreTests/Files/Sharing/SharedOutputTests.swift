@testable import Core
import SQL
import TestSupport
import Testing

/// What a link to a shared output shows, and from when on it shows nothing.
struct SharedOutputTests {
    private let visitor = "203.0.113.7"

    /// Whether the link opens on every node.
    private func isOpen(_ share: Share, of fixture: FilesFixture) async throws -> Bool {
        var results: Set<Bool> = []
        for database in [fixture.database] + fixture.otherNodes {
            let shares = fixture.shares(database)
            do {
                let opened = try await shares.open(shares.links.token(of: share.id), from: visitor)
                results.insert(opened.share == share.id && opened.output.asset.id == share.asset)
            } catch ShareError.notFound {
                results.insert(false)
            }
        }
        return results == [true]
    }

    @Test(arguments: TestEngine.available)
    func `a link shows the output, and its prompt only if that was chosen`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let mine = try await fixture.account()
        let asset = try await fixture.output(of: mine, prompt: "a <b>red</b> dress \u{1F457}")
        try await fixture.database.write(order: .alone) { try $0.insertAttempt(of: asset, by: .fal) }
        let shares = fixture.shares()
        let share = try await shares.share(asset.id, by: mine, ShareChoices()).share
        let token = shares.links.token(of: share.id)

        let shown = try await shares.open(token, from: visitor).output

        #expect(shown.asset == asset && shown.prompt == nil && !shown.isIndexed)
        #expect(shown.model == "FLUX.1 schnell" && shown.kind == "A picture from words" && !shown.isSimulated)

        _ = try await shares.share(asset.id, by: mine, ShareChoices(showsPrompt: true, isIndexed: true))
        let changed = try await shares.open(token, from: visitor).output
        #expect(changed.prompt == "a <b>red</b> dress \u{1F457}" && changed.isIndexed)
    }

    @Test(arguments: TestEngine.available)
    func `what the sandbox made says so, also if an attempt elsewhere was lost`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let mine = try await fixture.account()
        let asset = try await fixture.output(of: mine)
        try await fixture.database.write(order: .alone) { transaction in
            try transaction.insertAttempt(1, of: asset, by: .fal, state: "lost")
            try transaction.insertAttempt(2, of: asset, by: .sandbox)
        }
        let shares = fixture.shares()
        let share = try await shares.share(asset.id, by: mine, ShareChoices()).share

        #expect(try await shares.open(shares.links.token(of: share.id), from: visitor).output.isSimulated)
    }

    @Test(arguments: TestEngine.available)
    func `a model that the catalog no longer has leaves its name out`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let mine = try await fixture.account()
        let asset = Asset.output(of: mine, at: fixture.clock.now, kind: "gone", model: "gone/model")
        try await fixture.insert(asset, prompt: "x")
        let shares = fixture.shares()
        let share = try await shares.share(asset.id, by: mine, ShareChoices()).share

        let shown = try await shares.open(shares.links.token(of: share.id), from: visitor).output

        #expect(shown.asset.id == asset.id && shown.model == nil && shown.kind == nil && !shown.isSimulated)
    }

    @Test(arguments: TestEngine.available)
    func `what ends a share ends it on every node at once`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine, nodes: 2)
        let mine = try await fixture.account()
        let ends: [@Sendable (Asset) async throws -> Void] = [
            { try await fixture.shares().end($0.id, of: mine.account) },
            { _ = try await fixture.assets.revokeLinks($0.id, of: mine.account) },
            { try await fixture.assets.delete($0.id, of: mine.account) },
            { asset in
                try await fixture.database.write(of: mine.account) {
                    try $0.files.deleteAssets([asset], of: mine.account, now: fixture.clock.now)
                }
            },
        ]
        for (number, end) in ends.enumerated() {
            let (asset, other) = (try await fixture.output(of: mine), try await fixture.output(of: mine))
            let share = try await fixture.shares().share(asset.id, by: mine, ShareChoices()).share
            let kept = try await fixture.shares().share(other.id, by: mine, ShareChoices()).share
            #expect(try await isOpen(share, of: fixture))

            try await end(asset)

            #expect(try await !isOpen(share, of: fixture), "\(number)")
            #expect(try await isOpen(kept, of: fixture), "\(number)")
            let rows = try await fixture.shares().list(of: mine.account, limit: 100)
            #expect(!rows.contains(share) && rows.contains(kept), "\(number)")
        }
    }

    @Test(arguments: TestEngine.available)
    func `in the trash it is closed, and afterwards open as before`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine, nodes: 2)
        let mine = try await fixture.account()
        let asset = try await fixture.output(of: mine)
        let share = try await fixture.shares().share(asset.id, by: mine, ShareChoices()).share

        try await fixture.assets.trash(asset.id, of: mine.account)
        #expect(try await !isOpen(share, of: fixture))
        #expect(try await fixture.shares().find(asset.id, of: mine.account) == share, "its owner still sees it")

        _ = try await fixture.assets.restore(asset.id, of: mine.account)
        #expect(try await isOpen(share, of: fixture))

        try await fixture.assets.trash(asset.id, of: mine.account)
        try await fixture.shares().end(asset.id, of: mine.account)
        _ = try await fixture.assets.restore(asset.id, of: mine.account)
        #expect(try await !isOpen(share, of: fixture), "what was ended in the trash stays so")
    }

    @Test(arguments: TestEngine.available)
    func `with its own end or its asset's a link shows nothing more, before any task has run`(
        on engine: TestEngine
    ) async throws {
        let fixture = try await FilesFixture(engine)
        let mine = try await fixture.account()
        let end = fixture.clock.now + .seconds(60)
        let (first, second) = (
            try await fixture.output(of: mine), try await fixture.output(of: mine, expiresAt: end))
        let shares = [
            try await fixture.shares().share(first.id, by: mine, ShareChoices(expiresAt: end)).share,
            try await fixture.shares().share(second.id, by: mine, ShareChoices()).share,
        ]
        fixture.clock.now = end - .milliseconds(1)
        for share in shares { #expect(try await isOpen(share, of: fixture)) }

        fixture.clock.now = end
        for share in shares { #expect(try await !isOpen(share, of: fixture)) }
        _ = try await ExpireAssets(database: fixture.database, time: fixture.time).runOnce()
        #expect(try await fixture.shares().list(of: mine.account, limit: 10) == [])
    }

    @Test(arguments: TestEngine.available)
    func `a disabled user's links show nothing until the user is enabled, and a deleted user's never again`(
        on engine: TestEngine
    ) async throws {
        let fixture = try await AppFixture(engine)
        let user = try await fixture.signedIn().user
        let actor = Actor(account: user.personalAccount, user: user.id, key: nil, role: .owner, platformRole: .user)
        let asset = try await fixture.app.addOutput([1], of: actor)
        let shares = fixture.app.files.shares
        let share = try await shares.share(asset.id, by: actor, ShareChoices()).share
        let token = shares.links.token(of: share.id)
        let edit = fixture.identity.editUsers

        _ = try await edit(user.id, .init(access: .disabled(until: nil)), by: .serviceRole)
        await #expect(throws: ShareError.notFound) { try await shares.open(token, from: visitor) }
        _ = try await edit(user.id, .init(access: .enabled), by: .serviceRole)
        #expect(try await shares.open(token, from: visitor).output.asset.id == asset.id)

        try await fixture.identity.users.delete(user.id)
        await #expect(throws: ShareError.notFound) { try await shares.open(token, from: visitor) }
        await #expect(throws: (any Error).self) {
            _ = try await edit(user.id, .init(access: .enabled), by: .serviceRole)
        }
        await #expect(throws: ShareError.notFound) { try await shares.open(token, from: visitor) }
    }

    @Test(arguments: TestEngine.available)
    func `a link is opened by keys alone, with one statement`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let mine = try await fixture.account()
        let asset = try await fixture.output(of: mine)
        let share = try await fixture.shares().share(asset.id, by: mine, ShareChoices()).share
        let explaining = Explaining()
        let shares = fixture.shares(Database(explaining.wrap(fixture.database.engine)))

        _ = try await shares.open(shares.links.token(of: share.id), from: visitor)
        await #expect(throws: ShareError.notFound) { try await shares.open("x", from: visitor) }

        #expect(explaining.plans.count == 1, "what we did not make costs none")
        if engine == .sqlite {
            // Of tables so small, PostgreSQL would read each as a whole.
            for step in explaining.plans.flatMap(\.steps) {
                #expect(!step.hasPrefix("SCAN") && !step.contains("TEMP B-TREE"), "\(step)")
            }
        }
    }

    @Test func `who guesses is refused after some time, whatever the link`() async throws {
        let fixture = try await FilesFixture()
        let mine = try await fixture.account()
        let asset = try await fixture.output(of: mine)
        let shares = fixture.shares()
        let token = shares.links.token(of: try await shares.share(asset.id, by: mine, ShareChoices()).share.id)
        for number in 0..<ShareGuesses.limit {
            // Both what we never made, and what we made and which is gone.
            let guess = number.isMultiple(of: 2) ? "guess \(number)" : shares.links.token(of: .random())
            await #expect(throws: ShareError.notFound) { try await shares.open(guess, from: visitor) }
        }

        for link in [token, "another guess"] {
            await #expect(throws: ShareError.tooManyGuesses(retryAfter: ShareGuesses.window)) {
                try await shares.open(link, from: visitor)
            }
        }
        #expect(try await shares.open(token, from: "198.51.100.9").output.asset == asset)
        fixture.clock.advance(by: ShareGuesses.window)
        #expect(try await shares.open(token, from: visitor).output.asset == asset)
    }
}
