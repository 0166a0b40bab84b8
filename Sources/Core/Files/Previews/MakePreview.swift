import NIOCore
import SQL

/// Makes the preview of one claimed asset, stores its thumbnails, and then the row. Can run any number of times: the
/// same file has the same thumbnails under the same keys.
struct MakePreview: Sendable {
    enum Outcome: Sendable, Hashable {
        case made
        /// The asset has been deleted meanwhile; nothing is left of its preview.
        case deleted
        /// There will be none.
        case unavailable
        /// Tried again after that long.
        case failed(retryAfter: Duration)
    }

    private struct RemovedMeanwhile: Error {}

    /// A file is removed by itself if it is stored and has no owner after this long.
    private static let unownedLifetime = Duration.seconds(3600)

    let database: Database
    let store: any FileStore
    let threads: PictureThreads
    let poster: Files.Poster?
    let marks: MarkOutputs?
    let failures: PreviewFailures
    let time: Time

    /// Throws if the database fails, or if the task is cancelled; the claim is then returned, or its lease ends.
    func callAsFunction(_ claim: PreviewClaim) async throws -> Outcome {
        do {
            guard let picture = try await picture(of: claim.asset) else { return try await giveUp(claim) }
            let packet = marks?.packet(ofThumbnailOf: claim.asset, by: claim.provider, picture)
            let files = try await threads.run { try PreviewFiles(of: picture, packet: packet) }
            let outcome = try await store(files, of: claim.asset)
            failures.noteSuccess()
            return outcome
        } catch is CancellationError {
            let now = time.now()
            try await database.write(order: .alone) { try $0.files.returnPreview(claim, now: now) }
            throw CancellationError()
        } catch let error as DatabaseError {
            throw error
        } catch {
            failures.note(error, claim.asset)
            guard !Self.isFinal(error), let wait = claim.waitAfterFailure else { return try await giveUp(claim) }
            let again = time.now() + wait
            try await database.write(order: .alone) { try $0.files.putOffPreview(claim, to: again) }
            return .failed(retryAfter: wait)
        }
    }

    /// Nil if there is no way to have one.
    private func picture(of asset: Asset) async throws -> [UInt8]? {
        guard asset.type.isImage else { return try await poster?(asset) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(asset.size)
        for try await part in try await store.open(asset.key, range: nil).bytes { bytes += part.readableBytesView }
        return bytes
    }

    private func store(_ files: PreviewFiles, of asset: Asset) async throws -> Outcome {
        var received: [IncomingFile] = []
        do {
            for bytes in files.thumbnails {
                received.append(try await store.receive(OnePart(bytes), limit: Bucket.thumbnails.sizeLimit))
            }
            guard try await register(asset) else {
                await discard(received)
                return .deleted
            }
            for (file, key) in zip(received, asset.thumbnailKeys) { try await store.publish(file, as: key) }
        } catch {
            await discard(received)
            throw error
        }
        if try await adopt(files.preview, asset) { return .made }
        await remove(asset)
        return .deleted
    }

    /// From here on the files are removed by themselves unless the asset gets its preview. Returns false if it has been
    /// deleted.
    private func register(_ asset: Asset) async throws -> Bool {
        let dueAt = time.now() + Self.unownedLifetime
        return try await database.write(of: asset.account) { transaction in
            guard try transaction.files.lockAsset(asset.id, of: asset.account) != nil else { return false }
            guard try transaction.files.registerThumbnails(of: asset, dueAt: dueAt) else { throw RemovedMeanwhile() }
            return true
        }
    }

    private func adopt(_ preview: Asset.Preview, _ asset: Asset) async throws -> Bool {
        try await database.write(of: asset.account) { transaction in
            guard try transaction.files.lockAsset(asset.id, of: asset.account) != nil else { return false }
            guard try transaction.files.adoptThumbnails(of: asset) else { throw RemovedMeanwhile() }
            try transaction.files.storePreview(preview, of: asset.id)
            return true
        }
    }

    /// What cannot be removed now is registered, and `DeleteFiles` removes it within the hour.
    private func remove(_ asset: Asset) async {
        for key in asset.thumbnailKeys {
            do { try await RemoveFile(database: database, store: store)(key) } catch { failures.note(error, asset) }
        }
    }

    private func discard(_ files: [IncomingFile]) async {
        for file in files { await store.discard(file) }
    }

    private func giveUp(_ claim: PreviewClaim) async throws -> Outcome {
        let now = time.now()
        try await database.write(of: claim.asset.account) { transaction in
            try transaction.files.giveUpPreview(claim, now: now)
        }
        return .unavailable
    }

    /// No other try can end in another way.
    private static func isFinal(_ error: any Error) -> Bool {
        switch error as? PictureError {
        case .notAPicture, .tooLarge, .tooManyFrames, .tooSlow: true
        case .broken, .failed, .busy, nil: false
        }
    }
}
