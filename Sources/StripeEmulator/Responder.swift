import Core
import Edge
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Sends each request to the API, to a page or to a file.
struct Responder: HTTPResponder {
    let api: API
    let pages: Pages

    private static let bodyLimit = 1 << 20

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        let (path, request) = (request.uri.path, request.received(logger: context.logger))
        do {
            if path.hasPrefix("/v1/") || path == "/_emulator" || path.hasPrefix("/_emulator/") {
                return try await call(request)
            }
            if path.hasPrefix("/public/"), request.method == .get {
                return PublicFiles.response(for: String(path.dropFirst("/public/".count)))
                    ?? Pages.plain(404, "There is no such file.")
            }
            return try await pages.response(to: request, body: try await body(of: request))
        } catch let error as any HTTPResponseError {
            throw error
        } catch is BrokenBody {
            let error = APIError.invalid(nil, "The body of the request is broken or ended early.")
            var response = json(APIResponse(status: error.status, body: error.body.text))
            response.headers[.connection] = "close"
            return response
        } catch {
            context.logger.error(
                "request to the Stripe emulator failed", metadata: ["path": "\(path)", "error": "\(error)"])
            let body: JSON = [
                "error": ["type": "api_error", "message": "The Stripe emulator failed. See its log."],
            ]
            return json(APIResponse(status: 500, body: body.text))
        }
    }

    private func call(_ request: Request) async throws -> Response {
        guard let method = APIRequest.Method(rawValue: request.method.rawValue) else {
            return json(
                APIResponse(
                    status: 405, body: APIError(status: 405, message: "This method is not supported.").body.text))
        }
        let response = try await api.response(to: APIRequest(
            method: method, path: request.uri.path, query: request.uri.query ?? "", body: try await body(of: request),
            authorization: request.headers[.authorization], version: request.headers[.stripeVersion],
            idempotencyKey: request.headers[.idempotencyKey]))
        return json(response)
    }

    private func body(of request: Request) async throws -> String {
        do {
            return String(buffer: try await request.body.collect(upTo: Self.bodyLimit))
        } catch is NIOTooManyBytesError {
            throw HTTPError(.contentTooLarge)
        }
    }

    private func json(_ response: APIResponse) -> Response {
        var headers: HTTPFields = [
            .contentType: "application/json", .cacheControl: "no-cache, no-store", .stripeRequestID: response.requestID,
        ]
        if response.isReplayed { headers[.idempotentReplayed] = "true" }
        return Response(
            status: .init(code: response.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: response.body)))
    }
}
