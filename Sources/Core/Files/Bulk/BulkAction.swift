/// What is done with each asset of a selection.
package enum BulkAction: Sendable, Hashable {
    case favorite
    case unfavorite
    /// With a tag as `AssetName` allows it.
    case tag(String)
    case untag(String)
    case trash
    case restore
    /// For good.
    case delete

    package enum Skip: Sendable, Hashable {
        /// A job that has not ended needs the file.
        case inUse
        /// It can only be restored or deleted.
        case inTrash
        case tooManyTags
    }

    enum Effect: Sendable, Hashable {
        /// It is so already.
        case unchanged
        case skipped(Skip)
        case changed(to: BulkValue)
        case deleted
    }

    /// The rule: what becomes of an asset. Without effects.
    func effect(on asset: Asset, isInUse: Bool, now: Instant) -> Effect {
        switch self {
        case .favorite, .unfavorite, .tag, .untag:
            return asset.trashedAt == nil ? edit(asset, now) : .skipped(.inTrash)
        case .trash:
            guard asset.trashedAt == nil else { return .unchanged }
            return isInUse ? .skipped(.inUse) : .changed(to: .trashedAt(now))
        case .restore:
            return asset.trashedAt == nil ? .unchanged : .changed(to: .trashedAt(nil))
        case .delete:
            return isInUse ? .skipped(.inUse) : .deleted
        }
    }

    private func edit(_ asset: Asset, _ now: Instant) -> Effect {
        switch self {
        case .favorite:
            return asset.favoriteAt == nil ? .changed(to: .favoriteAt(now)) : .unchanged
        case .unfavorite:
            return asset.favoriteAt == nil ? .unchanged : .changed(to: .favoriteAt(nil))
        case .tag(let tag):
            if asset.tags.contains(tag) { return .unchanged }
            guard asset.tags.count < AssetName.mostTags else { return .skipped(.tooManyTags) }
            return .changed(to: .tags(asset.tags + [tag]))
        case .untag(let tag):
            let tags = asset.tags.filter { $0 != tag }
            return tags.count == asset.tags.count ? .unchanged : .changed(to: .tags(tags))
        case .trash, .restore, .delete:
            return .unchanged
        }
    }

    /// Whether it matters what jobs need.
    var needsFreeFiles: Bool { self == .trash || self == .delete }

    package var canBeUndone: Bool { self != .delete }
}

extension BulkAction {
    package enum Name: String, Sendable, Hashable, CaseIterable {
        case favorite, unfavorite, tag, untag, trash, restore, delete
    }

    /// Nil if the action has a tag and there is none, or the other way around.
    package init?(_ name: Name, tag: String?) {
        switch (name, tag) {
        case (.tag, let tag?): self = .tag(tag)
        case (.untag, let tag?): self = .untag(tag)
        case (.tag, nil), (.untag, nil): return nil
        case (.favorite, nil): self = .favorite
        case (.unfavorite, nil): self = .unfavorite
        case (.trash, nil): self = .trash
        case (.restore, nil): self = .restore
        case (.delete, nil): self = .delete
        case (_, _?): return nil
        }
    }

    package var name: Name {
        switch self {
        case .favorite: .favorite
        case .unfavorite: .unfavorite
        case .tag: .tag
        case .untag: .untag
        case .trash: .trash
        case .restore: .restore
        case .delete: .delete
        }
    }

    package var tag: String? {
        switch self {
        case .tag(let tag), .untag(let tag): tag
        case .favorite, .unfavorite, .trash, .restore, .delete: nil
        }
    }
}
