package import Core
package import Hummingbird

/// `GET /api/kinds`: what can be asked for, with which parameters, of which endpoints.
package struct ShowKinds: Sendable {
    private let catalog: CatalogCache

    package init(catalog: CatalogCache) {
        self.catalog = catalog
    }

    private struct Answer: Encodable { let kinds: [KindBody] }

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

    @Sendable package func handle(_ request: Request, _ context: AppContext) async throws -> Response {
        let catalog = try await catalog.current()
        let kinds = catalog.kinds.values.sorted { $0.name.rawValue < $1.name.rawValue }.map { kind in
            KindBody(
                name: kind.name.rawValue, title: kind.title, parameters: kind.parameters,
                defaultEndpoint: kind.defaultEndpoint.rawValue,
                endpoints: catalog.endpoints.values.filter { $0.kind == kind.name }.sorted { $0.id.rawValue < $1.id.rawValue }
                    .map { EndpointBody(id: $0.id.rawValue, title: $0.title, complexity: $0.complexity.description) })
        }
        return .json(Answer(kinds: kinds))
    }
}
