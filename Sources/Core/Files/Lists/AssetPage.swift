/// A part of a list, newest first.
package struct AssetPage: Sendable, Hashable {
    package let assets: [Asset]
    /// From behind which asset the list goes on, if reading ended before there were as many as asked for. That one may
    /// not be in the list itself.
    package let next: ID<Asset>?

    package init(assets: [Asset], next: ID<Asset>? = nil) {
        self.assets = assets
        self.next = next
    }

    /// How many rows of an index a statement looks through for those that have everything else that is asked for.
    static let mostRows = 200
    /// How many times it does so for a page. Then the page ends, however few it has.
    static let mostReads = 8
}
