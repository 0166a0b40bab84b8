import SQL

/// Removes the thumbnails of an asset that was deleted, then their registrations for removal. What is just being stored
/// is removed by who stores it, who finds the asset deleted.
struct RemoveThumbnails: Sendable {
    let database: Database
    let store: any FileStore

    func callAsFunction(of asset: Asset, deletedAt: Instant) async throws {
        guard asset.preview != nil else { return }
        for key in asset.thumbnailKeys { try await store.delete(key) }
        try await database.write(order: .alone) {
            try $0.files.clearReleasedThumbnails(of: asset, now: deletedAt)
        }
    }
}
