/// Which assets of an account are listed; nil means any. They combine.
package struct AssetFilter: Sendable, Hashable {
    package var kind: Asset.Kind?
    /// Of the job that made it.
    package var jobKind: KindName?
    /// Likewise.
    package var model: EndpointID?
    /// Byte by byte, as it is stored.
    package var tag: String?
    package var isFavorite: Bool?
    /// In the prompt of the job that made it.
    package var search: SearchQuery?
    /// Made at this instant or later.
    package var from: Instant?
    /// Made before this instant.
    package var to: Instant?
    /// Only what is in the trash, or only what is not.
    package var isTrash: Bool

    package init(
        kind: Asset.Kind? = nil, jobKind: KindName? = nil, model: EndpointID? = nil, tag: String? = nil,
        isFavorite: Bool? = nil, search: SearchQuery? = nil, from: Instant? = nil, to: Instant? = nil,
        isTrash: Bool = false
    ) {
        self.kind = kind
        self.jobKind = jobKind
        self.model = model
        self.tag = tag
        self.isFavorite = isFavorite
        self.search = search
        self.from = from
        self.to = to
        self.isTrash = isTrash
    }
}
