import HTTPTypes
import Hummingbird

/// The routes under a prefix of the API. A parameter that a route does not take is refused before its handler runs, as
/// is a body in another coding as soon as it is read.
///
/// A handler takes the parameters of its `Query`; one without a `Query` takes none.
struct APIRoutes<Context: RequestContext> {
    typealias Handler = @Sendable (Request, Context) async throws -> Response
    typealias QueryHandler<Name: QueryName> = @Sendable (Request, Query<Name>, Context) async throws -> Response

    private let group: RouterGroup<Context>

    init(_ group: RouterGroup<Context>) {
        self.group = group.add(middleware: ContentCodingMiddleware())
    }

    func get(_ path: RouterPath, use handler: @escaping Handler) { on(path, .get, handler) }
    func post(_ path: RouterPath, use handler: @escaping Handler) { on(path, .post, handler) }
    func put(_ path: RouterPath, use handler: @escaping Handler) { on(path, .put, handler) }
    func patch(_ path: RouterPath, use handler: @escaping Handler) { on(path, .patch, handler) }
    func delete(_ path: RouterPath, use handler: @escaping Handler) { on(path, .delete, handler) }

    func get<Name: QueryName>(_ path: RouterPath, use handler: @escaping QueryHandler<Name>) {
        group.on(path, method: .get) { request, context in
            try await handler(request, Query<Name>(request), context)
        }
    }

    /// For a handler that reads its parameters from the request.
    func get<Name: QueryName>(_ path: RouterPath, query: Name.Type, use handler: @escaping Handler) {
        on(path, .get, query, handler)
    }

    func post<Name: QueryName>(_ path: RouterPath, query: Name.Type, use handler: @escaping Handler) {
        on(path, .post, query, handler)
    }

    func delete<Name: QueryName>(_ path: RouterPath, use handler: @escaping QueryHandler<Name>) {
        group.on(path, method: .delete) { request, context in
            try await handler(request, Query<Name>(request), context)
        }
    }

    private func on<Name: QueryName>(
        _ path: RouterPath, _ method: HTTPRequest.Method, _ query: Name.Type, _ handler: @escaping Handler
    ) {
        group.on(path, method: method) { request, context in
            _ = try Query<Name>(request)
            return try await handler(request, context)
        }
    }

    private func on(_ path: RouterPath, _ method: HTTPRequest.Method, _ handler: @escaping Handler) {
        group.on(path, method: method) { request, context in
            try request.refuseQuery()
            return try await handler(request, context)
        }
    }
}
