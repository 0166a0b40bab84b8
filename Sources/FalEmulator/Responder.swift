import Core
import Edge
import HTTPTypes
import Hummingbird
import Logging

/// Sends each request to its handler.
struct Responder: HTTPResponder {
    let keys: KeyCheck
    let identity: SigningIdentity
    let submit: SubmitHandler
    let status: StatusHandler
    let uploads: UploadHandler
    let downloads: DownloadHandler
    let publicURL: String?
    let isSecure: Bool

    func respond(to request: Request, context: Context) async throws -> Response {
        guard let route = Route(request.method, request.uri.path) else {
            return FalResponse.error(404, "Path \(request.uri.path.excerpt) not found")
        }
        do {
            return try await respond(to: route, request.received(logger: context.logger), context)
        } catch let refusal as KeyCheck.Refusal {
            return refusal.response
        } catch is BrokenBody {
            return FalResponse.error(
                400, "The body of the request is broken or ended early", type: "bad_request",
                headers: [.connection: "close"])
        } catch let error as any HTTPResponseError {
            throw error
        } catch {
            context.logger.error("request to the sandbox failed", metadata: ["error": "\(error)"])
            return FalResponse.error(500, "Internal server error", type: "internal_error")
        }
    }

    private func respond(to route: Route, _ request: Request, _ context: Context) async throws -> Response {
        let base = baseURL(of: request)
        switch route {
        case .front: return FalResponse.json(["service": "darkroom sandbox", "notice": .string(Label.text)])
        case .keySet: return try FalResponse.encoded(identity.signer.keySet)
        case .file(let name): return try await downloads.file(name, request, context)
        case .cutFile(let name): return try await downloads.cutFile(name, context)
        case .putUpload(let name): return try await uploads.put(name, request, context)
        case .upload, .startMultipart, .putPart, .completeMultipart:
            try keys.checkUpload(request.headers)
            return try await receive(route, request, context, baseURL: base)
        default: break
        }
        let caller = try keys.caller(request.headers)
        let withLogs = ["1", "true"].contains(request.uri.queryParameters["logs"].map(String.init) ?? "0")
        switch route {
        case .submit(let app):
            return try await submit.submit(app, request, baseURL: base, caller: caller, channel: context.channel)
        case .run(let app): return try await submit.run(app, request, baseURL: base, caller: caller)
        case .status(let name): return try await status.status(name, withLogs: withLogs)
        case .statusStream(let name): return try await status.stream(name, withLogs: withLogs)
        case .result(let name): return try await status.result(name)
        case .cancel(let name): return try await status.cancel(name)
        case .requests: return try await status.list()
        case .uploadToken: return uploads.token(baseURL: base)
        case .startUpload: return try await uploads.start(request, baseURL: base)
        default: return FalResponse.notFound
        }
    }

    private func receive(
        _ route: Route, _ request: Request, _ context: Context, baseURL: String
    ) async throws -> Response {
        switch route {
        case .upload: try await uploads.upload(request, context, baseURL: baseURL)
        case .startMultipart: uploads.startMultipart(request, baseURL: baseURL)
        case .putPart(let name, let upload, let number):
            try await uploads.putPart(name, upload: upload, number: number, request)
        case .completeMultipart(let name, let upload): try await uploads.complete(name, upload: upload, request)
        default: FalResponse.notFound
        }
    }

    /// The address under which the caller reaches this sandbox: the configured one, else that of this request.
    private func baseURL(of request: Request) -> String {
        if let publicURL { return publicURL }
        let host = request.head.authority ?? "127.0.0.1"
        let isPlain = host.utf8.allSatisfy { byte in
            switch UnicodeScalar(byte) {
            case "a"..."z", "A"..."Z", "0"..."9", ".", "-", ":", "[", "]": true
            default: false
            }
        }
        return (isSecure ? "https://" : "http://") + (isPlain ? host : "127.0.0.1")
    }
}
