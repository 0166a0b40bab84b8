import SQL

/// A price list that was published, and how it came about. It never changes.
package struct PriceVersion: Sendable {
    package let version: Int
    package let document: PriceList.Document
    package let note: String?
    /// The version that it replaced.
    package let basedOn: Int?
    package let publishedAt: Instant
    /// Nil if a migration made it.
    package let publishedBy: ID<User>?

    package var prices: PriceList { PriceList(version: version, document: document) }
}

/// A price list that is not published yet.
package struct PriceDraft: Sendable {
    package let id: ID<PriceDraft>
    /// The version that it is to replace.
    package let basedOn: Int
    package let document: PriceList.Document
    package let note: String
    /// Grows with every edit, so that nobody publishes what they have not seen.
    package let revision: Int
    package let createdBy: ID<User>
    package let createdAt: Instant
    package let updatedBy: ID<User>
    package let updatedAt: Instant
}

package enum PriceDraftError: Error, Sendable, Hashable {
    case notFound
    case noSuchVersion
    /// Someone has edited it since.
    case changed(revision: Int)
    /// Another version has been published since the draft was begun.
    case outdated(basedOn: Int, current: Int)
    case document(PriceDocumentError)
    case invalidNote
    case tooMany(limit: Int)
}
