import Core
import Foundation

/// An asset as the API shows it, with a link to its bytes that has just been signed.
struct AssetBody: Encodable {
    let id: String
    let kind: String
    let url: String
    let expiresAt: String
    let name: String
    let contentType: String
    let size: Int
    let width: Int?
    let height: Int?
    /// Of a film, in seconds.
    let duration: Decimal?
    /// How it looks until it has arrived, in base64. Nil until it is made.
    let thumbHash: String?
    /// The average, as CSS writes it.
    let color: String?
    /// By the longest side, in pixels.
    let thumbnails: [String: String]?
    let sha256: String
    let jobId: String?
    let createdAt: String
    let tags: [String]
    let favorite: Bool
    /// Since when it is in the trash.
    let trashedAt: String?

    init(_ asset: Asset, _ links: FileLinks) {
        let link = links.link(to: asset)
        id = asset.id.rawValue
        kind = asset.kind.rawValue
        url = link.url
        expiresAt = link.expiresAt.text
        name = asset.name
        contentType = asset.type.contentType
        size = asset.size
        width = asset.dimensions?.width
        height = asset.dimensions?.height
        duration = asset.duration.map { Decimal($0.milliseconds) / 1000 }
        thumbHash = asset.preview?.thumbHash
        color = asset.preview?.color.css
        thumbnails = links.thumbnailURLs(of: asset)
        sha256 = asset.sha256
        jobId = asset.job?.rawValue
        createdAt = asset.createdAt.text
        tags = asset.tags
        favorite = asset.favoriteAt != nil
        trashedAt = asset.trashedAt?.text
    }
}

extension FileLinks {
    /// As bodies show them.
    func thumbnailURLs(of asset: Asset) -> [String: String]? {
        thumbnails(of: asset).map { links in
            Dictionary(uniqueKeysWithValues: links.map { (String($0.key), $0.value.url) })
        }
    }
}
