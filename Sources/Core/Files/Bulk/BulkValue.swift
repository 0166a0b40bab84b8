/// The one member of an asset that an action changes, and what it is.
enum BulkValue: Sendable, Hashable {
    case favoriteAt(Instant?)
    case tags([String])
    case trashedAt(Instant?)

    /// The same member of an asset.
    func current(of asset: Asset) -> BulkValue {
        switch self {
        case .favoriteAt: .favoriteAt(asset.favoriteAt)
        case .tags: .tags(asset.tags)
        case .trashedAt: .trashedAt(asset.trashedAt)
        }
    }

    var json: JSON {
        switch self {
        case .favoriteAt(let instant), .trashedAt(let instant): instant.map { .integer($0.milliseconds) } ?? .null
        case .tags(let tags): .array(tags.map(JSON.string))
        }
    }

    /// The member that the action changes, from its JSON.
    init?(_ json: JSON, of action: BulkAction) {
        let instant = json.integer.map { Instant(rawValue: $0) }
        switch action {
        case .favorite, .unfavorite:
            guard instant != nil || json == .null else { return nil }
            self = .favoriteAt(instant)
        case .trash, .restore:
            guard instant != nil || json == .null else { return nil }
            self = .trashedAt(instant)
        case .tag, .untag:
            guard let tags = json.array else { return nil }
            self = .tags(tags.compactMap(\.string))
        case .delete:
            return nil
        }
    }
}

/// What a task changed of an asset.
struct BulkChange: Sendable, Hashable {
    let asset: ID<Asset>
    let was: BulkValue
    let became: BulkValue

    enum Undo: Sendable, Hashable {
        case undone(BulkValue)
        /// Somebody changed it since, or it cannot be as it was.
        case left
    }

    /// The rule: what undoing it makes of the asset, which may have been deleted. What returns to the trash stays
    /// there for the whole time, and not only for what was left of it.
    func undo(on asset: Asset?, isInUse: Bool, now: Instant) -> Undo {
        guard let asset, became.current(of: asset) == became else { return .left }
        guard case .trashedAt(.some) = was else { return .undone(was) }
        return isInUse ? .left : .undone(.trashedAt(now))
    }
}
