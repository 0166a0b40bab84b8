/// Where the document with the secrets is stored.
package struct SecretsStore: Sendable {
    let load: @Sendable () async throws -> [UInt8]?
    /// Stores the document unless there is one already, and returns the one that there is now.
    let keepFirst: @Sendable ([UInt8]) async throws -> [UInt8]

    package init(
        load: @escaping @Sendable () async throws -> [UInt8]?,
        keepFirst: @escaping @Sendable ([UInt8]) async throws -> [UInt8]
    ) {
        self.load = load
        self.keepFirst = keepFirst
    }
}
