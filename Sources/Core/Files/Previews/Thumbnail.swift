/// The small copies of a picture.
package enum Thumbnail {
    /// The longest side of each, in pixels. A smaller picture is not enlarged: it has all three in its own size.
    package static let sides = [320, 640, 1280]
    /// To be raised with whatever changes the bytes that are made of a picture: it is part of their entity tags.
    package static let recipe = 2

    static let quality: Int32 = 78
    /// As for inputs of jobs, in pixels.
    static let pixelLimit = ImageSize.mostPixels
}

extension Asset {
    package var thumbnailKeys: [StorageKey] { Thumbnail.sides.map { .thumbnail($0, of: id, account) } }
}

extension StorageKey {
    /// What a thumbnail's key says; nil if it is the key of something else.
    package var thumbnail: (asset: ID<Asset>, account: ID<Account>, side: Int)? {
        let parts = description.split(separator: "/")
        guard bucket == .thumbnails, parts.count == 4, parts[3].hasSuffix(".webp"),
            let account = ID<Account>(checking: String(parts[1])), let asset = ID<Asset>(checking: String(parts[2])),
            let side = Int(parts[3].dropLast(".webp".count)), Thumbnail.sides.contains(side)
        else { return nil }
        return (asset, account, side)
    }
}

extension FileLinks {
    /// To each thumbnail, by its side: of a picture always, since a missing one is made when it is asked for; of a film
    /// if it has them. Nil if there are none.
    package func thumbnails(of asset: Asset) -> [Int: SignedLink]? {
        guard asset.type.isImage || asset.preview != nil else { return nil }
        return Dictionary(uniqueKeysWithValues: Thumbnail.sides.map { ($0, link(toThumbnail: $0, of: asset)) })
    }
}
