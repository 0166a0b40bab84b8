import Foundation

/// Brings a picture that a request gives the address of into the account's files, as if the account had sent it: the
/// same types, sizes, quota and number of uploads in an hour.
package struct FetchUpload: Sendable {
    private let fetcher: Fetcher
    private let store: StoreUpload
    private let limit = FetchLimit()

    /// Shorter than for outputs, since a client waits for the response.
    package static let limits: Fetcher.Limits = {
        var limits = Fetcher.Limits()
        limits.total = .seconds(15)
        limits.idle = .seconds(5)
        limits.connect = .seconds(5)
        return limits
    }()

    /// - Parameter fetcher: With `limits`.
    package init(fetcher: Fetcher, store: StoreUpload) {
        self.fetcher = fetcher
        self.store = store
    }

    /// Throws `FetchError`, `AssetError` or `FileStoreError`.
    ///
    /// - Parameter address: https, or a data URI.
    package func callAsFunction(_ address: String, for actor: Actor) async throws -> Asset {
        let name = Self.name(address)
        let outcome = try await limit(for: actor.account) {
            try await fetcher.fetch(address, limit: Bucket.uploads.sizeLimit) { [store] parts in
                try await store(parts, name: name, announced: nil, for: actor)
            }
        }
        switch outcome {
        case .stored(let asset), .repeated(let asset): return asset
        }
    }

    /// The last part of the path. Never the query, which may be a secret.
    static func name(_ address: String) -> String? {
        guard !DataURI.matches(address), let url = URL(string: address) else { return nil }
        return try? AssetName.received(url.lastPathComponent)
    }
}
