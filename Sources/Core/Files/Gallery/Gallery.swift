package import Logging
package import SQL

/// An account's outputs by their places: the newest is at 0. What is in the trash has none.
package struct Gallery: Sendable {
    /// The most pictures that a filtered gallery has; the rest is found by cursor.
    package static let mostFiltered = 100_000
    /// The most pictures that are read at once.
    package static let mostShown = 200
    /// Hours whose letters one reader stores for the next.
    private static let mostKept = 1000

    private let database: Database
    private let time: Time
    private let logger: Logger

    package init(database: Database, time: Time, logger: Logger) {
        self.database = database
        self.time = time
        self.logger = logger
    }

    /// - Parameter filter: Its kind does not count. Without a filter, only what changed is read from rows.
    package func index(of account: ID<Account>, _ filter: AssetFilter = AssetFilter()) async throws -> GalleryIndex {
        if filter.ofOutputs.isOnlyOutputs { return try await index(of: account) }
        return GalleryIndex(try await database.read {
            try $0.files.outlines(of: account, filter.ofOutputs, limit: Self.mostFiltered)
        })
    }

    private func index(of account: ID<Account>) async throws -> GalleryIndex {
        let (hours, new) = try await database.read { transaction in
            var hours = try transaction.files.galleryHours(of: account)
            let known = Set(hours.filter { $0.letters != nil }.map(\.hour))
            try transaction.files.fillLetters(of: account, &hours)
            return (hours, hours.filter { !known.contains($0.hour) })
        }
        try await keep(new, of: account)
        return GalleryIndex(hours)
    }

    /// The hour that it is now soon changes again.
    private func keep(_ hours: [GalleryHour], of account: ID<Account>) async throws {
        let now = time.now().milliseconds / GalleryHour.length
        let past = Array(hours.filter { $0.hour < now }.prefix(Self.mostKept))
        guard !past.isEmpty else { return }
        do {
            try await database.write(of: account) { try $0.files.keepLetters(past, of: account) }
        } catch let error as DatabaseError {
            // The next reader computes them again.
            logger.warning("gallery's letters not stored", metadata: ["account": "\(account)", "error": "\(error)"])
        }
    }
}

extension FileStatements {
    /// The pictures at `position` and behind it, up to `count`: those that the index has there.
    package func gallery(
        of account: ID<Account>, _ filter: AssetFilter = AssetFilter(), at position: Int, count: Int
    ) throws(DatabaseError) -> [Asset] {
        if filter.ofOutputs.isOnlyOutputs { return try pictures(of: account, at: position, count) }
        let end = min(position.addingReportingOverflow(count).partialValue, Gallery.mostFiltered)
        guard position < end else { return [] }
        let outlines = try outlines(of: account, filter.ofOutputs, limit: end)
        return try assets(outlines.dropFirst(position).map(\.id), of: account)
    }
}

extension AssetFilter {
    /// As a gallery takes it.
    package var ofOutputs: AssetFilter {
        var filter = self
        filter.kind = .output
        return filter
    }

    fileprivate var isOnlyOutputs: Bool { self == AssetFilter(kind: .output) }
}
