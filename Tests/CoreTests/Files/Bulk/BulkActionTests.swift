@testable import Core
import Testing
import TestSupport

/// The rules of bulk actions, without a database.
struct BulkActionTests {
    private let now = Instant(seconds: 1_780_000_000)
    private let before = Instant(seconds: 1_770_000_000)

    private func asset(
        tags: [String] = [], favoriteAt: Instant? = nil, trashedAt: Instant? = nil
    ) -> Asset {
        let (id, account) = (ID<Asset>.make(at: now), ID<Account>.make(at: now))
        return Asset(
            id: id, account: account, createdBy: nil, key: .upload(id, of: account, .png), name: "a.png", type: .png,
            size: 1, sha256: "", dimensions: nil, tags: tags, favoriteAt: favoriteAt, trashedAt: trashedAt,
            createdAt: before, expiresAt: nil)
    }

    @Test func `each action changes what it means to change, and nothing that is so already`() {
        let full = (0..<20).map { "\($0)" }
        let cases: [(BulkAction, Asset, Bool, BulkAction.Effect)] = [
            (.favorite, asset(), false, .changed(to: .favoriteAt(now))),
            (.favorite, asset(favoriteAt: before), false, .unchanged),
            (.unfavorite, asset(favoriteAt: before), false, .changed(to: .favoriteAt(nil))),
            (.unfavorite, asset(), false, .unchanged),
            (.tag("b"), asset(tags: ["a"]), false, .changed(to: .tags(["a", "b"]))),
            (.tag("a"), asset(tags: full + ["a"]), false, .unchanged),
            (.tag("a"), asset(tags: full), false, .skipped(.tooManyTags)),
            (.untag("a"), asset(tags: ["b", "a", "c"]), false, .changed(to: .tags(["b", "c"]))),
            (.untag("a"), asset(tags: ["b"]), false, .unchanged),
            (.trash, asset(), false, .changed(to: .trashedAt(now))),
            (.trash, asset(trashedAt: before), false, .unchanged),
            (.trash, asset(), true, .skipped(.inUse)),
            (.restore, asset(trashedAt: before), false, .changed(to: .trashedAt(nil))),
            (.restore, asset(), true, .unchanged),
            (.delete, asset(), false, .deleted), (.delete, asset(trashedAt: before), false, .deleted),
            (.delete, asset(), true, .skipped(.inUse)),
        ]
        for (action, asset, isInUse, effect) in cases {
            #expect(action.effect(on: asset, isInUse: isInUse, now: now) == effect, "\(action)")
        }
        for action in [BulkAction.favorite, .unfavorite, .tag("a"), .untag("a")] {
            let trashed = asset(tags: ["a"], trashedAt: before)
            #expect(action.effect(on: trashed, isInUse: false, now: now) == .skipped(.inTrash))
        }
    }

    @Test func `undoing restores what was, and leaves what has been changed since`() {
        let change = BulkChange(asset: ID(rawValue: "a"), was: .favoriteAt(nil), became: .favoriteAt(now))
        #expect(change.undo(on: asset(favoriteAt: now), isInUse: false, now: now) == .undone(.favoriteAt(nil)))
        #expect(change.undo(on: asset(favoriteAt: before), isInUse: false, now: now) == .left)
        #expect(change.undo(on: asset(), isInUse: false, now: now) == .left)
        #expect(change.undo(on: nil, isInUse: false, now: now) == .left, "it was deleted")

        let tags = BulkChange(asset: ID(rawValue: "a"), was: .tags(["x"]), became: .tags(["x", "y"]))
        #expect(tags.undo(on: asset(tags: ["x", "y"]), isInUse: false, now: now) == .undone(.tags(["x"])))
        #expect(tags.undo(on: asset(tags: ["x", "y", "z"]), isInUse: false, now: now) == .left)
        let favorite = asset(tags: ["x", "y"], favoriteAt: now)
        #expect(tags.undo(on: favorite, isInUse: false, now: now) == .undone(.tags(["x"])), "another member")

        let trash = BulkChange(asset: ID(rawValue: "a"), was: .trashedAt(nil), became: .trashedAt(before))
        #expect(trash.undo(on: asset(trashedAt: before), isInUse: false, now: now) == .undone(.trashedAt(nil)))
        #expect(trash.undo(on: asset(trashedAt: now), isInUse: false, now: now) == .left, "it was there a second time")
    }

    @Test func `what returns to the trash stays there for the whole time, unless a job needs it`() {
        let change = BulkChange(asset: ID(rawValue: "a"), was: .trashedAt(before), became: .trashedAt(nil))
        #expect(change.undo(on: asset(), isInUse: false, now: now) == .undone(.trashedAt(now)))
        #expect(change.undo(on: asset(), isInUse: true, now: now) == .left)
    }

    @Test func `a value is the same behind its text`() {
        for (value, action) in [
            (.favoriteAt(nil), .favorite), (.favoriteAt(now), .unfavorite), (.tags(["é", "\"", ""]), .tag("x")),
            (.tags([]), .untag("x")), (.trashedAt(before), .restore), (.trashedAt(nil), .trash),
        ] as [(BulkValue, BulkAction)] {
            #expect(BulkValue(value.json, of: action) == value)
        }
        #expect(BulkValue(.string("x"), of: .favorite) == nil && BulkValue(.null, of: .tag("x")) == nil)
        #expect(BulkValue(.null, of: .delete) == nil)
    }

    @Test func `an action has a tag or it has none`() {
        for name in BulkAction.Name.allCases {
            let hasTag = name == .tag || name == .untag
            #expect((BulkAction(name, tag: "x") != nil) == hasTag)
            #expect((BulkAction(name, tag: nil) == nil) == hasTag)
            let action = BulkAction(name, tag: hasTag ? "x" : nil)
            #expect(action?.name == name && action?.tag == (hasTag ? "x" : nil))
        }
    }

    @Test func `a selection is the same behind its text`() throws {
        let ids = Set((0..<3).map { _ in ID<Asset>.make(at: now) })
        let filter = AssetFilter(
            kind: .output, jobKind: .textToImage, model: EndpointID(rawValue: "m"), tag: "é \"", isFavorite: false,
            from: before, to: now, isTrash: true)
        for selection in [
            .only(ids), .only([]), .filter(AssetFilter(), except: []), .filter(filter, except: ids),
        ] as [BulkSelection] {
            #expect(try BulkSelection(selection.json.text) == selection)
        }
        #expect(throws: (any Error).self) { try BulkSelection("{") }
    }
}
