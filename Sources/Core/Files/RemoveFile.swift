package import SQL

/// Removes a file's bytes, then the registration for their removal. A crash between the two only repeats the first.
package struct RemoveFile: Sendable {
    private let database: Database
    private let store: any FileStore

    package init(database: Database, store: any FileStore) {
        self.database = database
        self.store = store
    }

    package func callAsFunction(_ key: StorageKey) async throws {
        try await store.delete(key)
        try await database.write(order: .alone) { try $0.files.clearPendingFile(key) }
    }
}
