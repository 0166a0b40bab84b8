import Core

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
    let sha256: String
    let jobId: String?
    let createdAt: String
    let tags: [String]
    let favorite: Bool

    init(_ asset: Asset, _ links: FileLinks) {
        let link = links.link(to: asset.key)
        id = asset.id.rawValue
        kind = asset.kind.rawValue
        url = link.url
        expiresAt = link.expiresAt.text
        name = asset.name
        contentType = asset.type.contentType
        size = asset.size
        width = asset.dimensions?.width
        height = asset.dimensions?.height
        sha256 = asset.sha256
        jobId = asset.job?.rawValue
        createdAt = asset.createdAt.text
        tags = asset.tags
        favorite = asset.favoriteAt != nil
    }
}
