import Core

/// A share as its account sees it.
struct ShareBody: Encodable {
    let assetId: String
    /// Of the page, for everybody.
    let url: String
    let prompt: Bool
    let index: Bool
    let createdAt: String
    /// Nil: until it is ended.
    let expiresAt: String?

    init(_ share: Share, _ links: ShareLinks) {
        assetId = share.asset.rawValue
        url = links.url(of: share.id)
        prompt = share.choices.showsPrompt
        index = share.choices.isIndexed
        createdAt = share.createdAt.text
        expiresAt = share.choices.expiresAt?.text
    }
}
