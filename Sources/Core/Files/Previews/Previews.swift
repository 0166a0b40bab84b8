import NIOCore
package import SQL

extension Files {
    /// A picture of a film, as PNG or JPEG. Nil if films have none here.
    package typealias Poster = @Sendable (Asset) async throws -> [UInt8]?
}

/// How stored pictures and films look at a glance: thumbnails, ThumbHash, average color, perceptual hash.
package struct Previews: Sendable {
    /// In the background; for nodes that work.
    package let service: MakePreviews
    /// At once; for nodes that serve.
    package let makeMissing: MakeMissingPreview

    /// - Parameters:
    ///   - count: How many are made at once. They have threads of their own, so that the inspection of a job's outputs
    ///     never waits for a thumbnail.
    ///   - marks: Nil if thumbnails do not say how their pictures were made.
    package init(
        _ platform: Platform, store: any FileStore, count: Int, poster: Files.Poster?, marks: MarkOutputs? = nil
    ) {
        let (database, time, logger) = (platform.database, platform.time, platform.logger)
        let make = MakePreview(
            database: database, store: store, threads: PictureThreads(count: count), poster: poster, marks: marks,
            failures: PreviewFailures(time: time, logger: logger), time: time)
        let underWay = PreviewsUnderWay()
        service = MakePreviews(
            database: database, make: make, underWay: underWay, count: count, time: time, notifier: platform.notifier,
            logger: logger)
        makeMissing = MakeMissingPreview(database: database, store: store, make: make, underWay: underWay, time: time)
    }

    /// Half of the cores.
    package static var defaultCount: Int { max(1, System.coreCount / 2) }
}
