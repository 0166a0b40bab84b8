package import Core
package import Logging
package import SQL

extension FilesFixture {
    /// What makes previews on one node. Another call is another node on the same database and files.
    package func previews(
        _ database: Database? = nil, store: (any FileStore)? = nil, logger: Logger? = nil, poster: Files.Poster? = nil
    ) async throws -> Previews {
        let platform = try await Platform.testing(database ?? self.database, clock, logger: logger ?? self.logger)
        return Previews(platform, store: store ?? self.store, count: 2, poster: poster)
    }

    /// A picture that can be decoded, of a color of its own.
    package static func picture(_ width: Int = 64, _ height: Int = 48, seed: Int = 7) throws -> [UInt8] {
        let pixels = (0..<width * height * 3).map { UInt8(truncatingIfNeeded: $0 * seed) }
        return try Picture(pixels: pixels, width: width, height: height, bands: 3).encoded(.png)
    }

    /// A film's row, whose bytes are nowhere.
    package func film(of actor: Actor) async throws -> Asset {
        let (id, now) = (ID<Asset>.make(at: clock.now), clock.now)
        let film = Asset(
            id: id, account: actor.account, createdBy: actor.user, key: .upload(id, of: actor.account, .mp4),
            name: "film.mp4", type: .mp4, size: 10, sha256: "ab", dimensions: nil, createdAt: now, expiresAt: nil)
        try await database.write(order: .alone) { try $0.files.insertAsset(film) }
        return film
    }

    /// What is stored of an asset: its own file, and the thumbnails' if it has them.
    package func paths(of asset: Asset, withThumbnails: Bool) -> [String] {
        (withThumbnails ? [asset.key] + asset.thumbnailKeys : [asset.key]).map(\.description).sorted()
    }
}
