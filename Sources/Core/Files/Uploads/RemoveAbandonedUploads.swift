/// Removes the bytes of files that a crash cut off before they were published.
package struct RemoveAbandonedUploads: Sendable {
    private let store: any FileStore
    private let time: Time

    package init(store: any FileStore, time: Time) {
        self.store = store
        self.time = time
    }

    /// Longer than any request or fetch may take.
    static let age = Duration.seconds(6 * 3600)

    @discardableResult
    package func runOnce() async throws -> Int {
        try await store.removeAbandoned(before: time.now() - Self.age)
    }
}
