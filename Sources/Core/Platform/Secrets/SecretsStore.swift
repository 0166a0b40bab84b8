/// Where the secrets' one document is kept.
package struct SecretsStore: Sendable {
    let load: @Sendable () async throws -> [UInt8]?
    /// Keeps the document unless there is one already, and answers the one that there is now.
    let keepFirst: @Sendable ([UInt8]) async throws -> [UInt8]

    package init(
        load: @escaping @Sendable () async throws -> [UInt8]?, keepFirst: @escaping @Sendable ([UInt8]) async throws -> [UInt8]
    ) {
        self.load = load
        self.keepFirst = keepFirst
    }
}
