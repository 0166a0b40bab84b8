import HTTPTypes
import Hummingbird

extension Router<AppContext> {
    /// Refuses the methods that an address does not take with 405 and the list of those that it takes; the router by
    /// itself has a 404 for them. To be called when all routes are there; HEAD is made from GET.
    func refuseOtherMethods() {
        let refusable: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        for (path, routes) in Dictionary(grouping: routes, by: { $0.path.description }) {
            var taken = Set(routes.map(\.method))
            if taken.contains(.get) { taken.insert(.head) }
            let allow = refusable.filter { taken.contains($0) }.map(\.rawValue).joined(separator: ", ")
            for method in refusable where !taken.contains(method) {
                on(RouterPath(path), method: method) { _, _ -> Response in throw APIError.methodNotAllowed(allow) }
            }
        }
    }
}
