import Core

/// A key as its account sees it.
struct KeyBody: Encodable {
    let id: String
    let name: String
    let prefix: String
    let createdBy: String?
    let createdAt: String
    let lastUsedAt: String?
    /// The whole key: in the response that creates it, and never again.
    let key: String?

    init(_ key: APIKey, secret: String? = nil) {
        id = key.id.rawValue
        name = key.name
        prefix = key.prefix
        createdBy = key.createdBy?.rawValue
        createdAt = key.createdAt.text
        lastUsedAt = key.lastUsedAt?.text
        self.key = secret
    }
}
