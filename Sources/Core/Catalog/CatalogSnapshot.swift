package import SQL
import Synchronization

/// Everything that can be asked for, as one value: the kinds, the endpoints, the current prices.
package struct CatalogSnapshot: Sendable {
    package let kinds: [KindName: Kind]
    package let endpoints: [EndpointID: Endpoint]
    package let prices: PriceList

    package enum Refusal: Error, Sendable, Hashable {
        case unknownKind(String, known: [String])
        case unknownEndpoint(String, kind: KindName, known: [String])
    }

    package func kind(_ name: KindName) throws(Refusal) -> Kind {
        guard let kind = kinds[name] else {
            throw .unknownKind(name.rawValue, known: kinds.keys.map(\.rawValue).sorted())
        }
        return kind
    }

    /// The endpoint asked for, or the kind's default.
    package func endpoint(_ id: EndpointID?, for kind: Kind) throws(Refusal) -> Endpoint {
        let id = id ?? kind.defaultEndpoint
        guard let endpoint = endpoints[id], endpoint.kind == kind.name else {
            let known = endpoints.values.filter { $0.kind == kind.name }.map(\.id.rawValue).sorted()
            throw .unknownEndpoint(id.rawValue, kind: kind.name, known: known)
        }
        return endpoint
    }
}

/// The catalog as it was a moment ago. An edit takes effect everywhere within `maximumAge`, without a deploy.
package final class Catalog: Sendable {
    private let database: Database
    private let time: Time
    private let maximumAge: Duration
    private let state = Mutex(State())

    private struct State {
        var held: (catalog: CatalogSnapshot, readAt: Instant)?
        /// How often it was forgotten: a read that began before the last time is outdated.
        var generation = 0
    }

    package init(_ database: Database, time: Time, maximumAge: Duration = .seconds(5)) {
        self.database = database
        self.time = time
        self.maximumAge = maximumAge
    }

    package func current() async throws -> CatalogSnapshot {
        let now = time.now()
        let (held, generation) = state.withLock { ($0.held, $0.generation) }
        if let held, now - held.readAt < maximumAge { return held.catalog }
        let catalog = try await database.read { try $0.catalog.catalog() }
        state.withLock { if $0.generation == generation { $0.held = (catalog, now) } }
        return catalog
    }

    /// A change made on this node takes effect here at once.
    package func forget() {
        state.withLock { state in
            state.held = nil
            state.generation += 1
        }
    }
}
