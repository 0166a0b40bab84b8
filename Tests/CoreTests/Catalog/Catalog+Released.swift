@testable import Core
import SQL
import TestSupport

extension CatalogSnapshot {
    /// As the migrations make it.
    static func released() async throws -> CatalogSnapshot {
        let world = try await TestWorld()
        let catalog = try await world.database.read { try $0.catalog.catalog() }
        // The database's folder goes with the world.
        return withExtendedLifetime(world) { catalog }
    }
}
