import Core
import Hummingbird

/// `GET /api/kinds`: what can be asked for, with which parameters, from which endpoints.
struct ShowKinds: Sendable {
    private let catalog: Catalog

    init(catalog: Catalog) {
        self.catalog = catalog
    }

    private struct Envelope: Encodable { let kinds: [KindBody] }

    private struct KindBody: Encodable {
        let name: String
        let title: String
        let parameters: ParameterSchema
        let defaultEndpoint: String
        let endpoints: [EndpointBody]
    }

    private struct EndpointBody: Encodable {
        let id: String
        let title: String
        /// A decimal as text, such as `1.3`.
        let complexity: String
    }

    @Sendable func handle(_ request: Request, _ context: AppContext) async throws -> Response {
        let catalog = try await catalog.current()
        let kinds = catalog.kinds.values.sorted { $0.name.rawValue < $1.name.rawValue }.map { kind in
            // The default first, then the cheaper ones.
            let endpoints = catalog.endpoints.values.filter { $0.kind == kind.name }.sorted {
                (($0.id == kind.defaultEndpoint ? 0 : 1), $0.complexity.rawValue, $0.id.rawValue)
                    < (($1.id == kind.defaultEndpoint ? 0 : 1), $1.complexity.rawValue, $1.id.rawValue)
            }
            return KindBody(
                name: kind.name.rawValue, title: kind.title, parameters: kind.parameters,
                defaultEndpoint: kind.defaultEndpoint.rawValue,
                endpoints: endpoints.map {
                    EndpointBody(id: $0.id.rawValue, title: $0.title, complexity: $0.complexity.description)
                })
        }
        return .json(Envelope(kinds: kinds))
    }
}
