import Core
import HTTPTypes

/// Every route of the sandbox. App ids have any number of parts, so paths are read here rather than by a router.
enum Route: Sendable, Hashable {
    case submit(FalAppID)
    /// The synchronous call. Its host is `fal.run` where the queue's is `queue.fal.run`; here it is the prefix `/run`,
    /// so that one listener can be both: `FAL_RUN_HOST=127.0.0.1:8443/run FAL_QUEUE_RUN_HOST=127.0.0.1:8443`.
    case run(FalAppID)
    case status(RequestName)
    case statusStream(RequestName)
    case result(RequestName)
    case cancel(RequestName)
    case keySet
    case file(String)
    /// A file whose download ends half way.
    case cutFile(String)
    case uploadToken
    case upload
    case startUpload
    case putUpload(String)
    case startMultipart
    case putPart(String, upload: String, number: Int)
    case completeMultipart(String, upload: String)
    /// What was accepted, for tests and debugging.
    case requests
    case front

    /// A request as its URLs name it, by the app's canonical id.
    struct RequestName: Sendable, Hashable {
        let app: String
        let id: ID<QueueRequest>
    }

    init?(_ method: HTTPRequest.Method, _ path: String) {
        var parts = path.split(separator: "/").map(String.init)
        guard parts.count <= 16 else { return nil }
        if method == .get || method == .head {
            self.init(reading: parts)
        } else if method == .post {
            if parts.first == "run" {
                parts.removeFirst()
                guard let app = FalAppID(parts.joined(separator: "/")) else { return nil }
                self = .run(app)
            } else {
                self.init(posting: parts)
            }
        } else if method == .put {
            self.init(putting: parts)
        } else {
            return nil
        }
    }

    private init?(reading parts: [String]) {
        switch parts {
        case []: self = .front
        case [".well-known", "jwks.json"]: self = .keySet
        case ["sandbox", "requests"]: self = .requests
        case let parts where parts.count == 2 && parts[0] == "files": self = .file(parts[1])
        case let parts where parts.count == 3 && parts[0] == "files" && parts[1] == "cut": self = .cutFile(parts[2])
        default:
            guard let (name, rest) = Self.requestName(parts) else { return nil }
            switch rest {
            case [], ["response"]: self = .result(name)
            case ["status"]: self = .status(name)
            case ["status", "stream"]: self = .statusStream(name)
            default: return nil
            }
        }
    }

    private init?(posting parts: [String]) {
        switch parts {
        case ["storage", "auth", "token"]: self = .uploadToken
        case ["storage", "upload", "initiate"]: self = .startUpload
        case ["files", "upload"]: self = .upload
        case ["files", "upload", "multipart"]: self = .startMultipart
        case let parts
        where parts.count == 5 && parts[0] == "files" && parts[2] == "multipart" && parts[4] == "complete":
            self = .completeMultipart(parts[1], upload: parts[3])
        default:
            guard let app = FalAppID(parts.joined(separator: "/")) else { return nil }
            self = .submit(app)
        }
    }

    private init?(putting parts: [String]) {
        if parts.count == 5, parts[0] == "files", parts[2] == "multipart" {
            guard let number = Int(parts[4]), (1...10_000).contains(number) else { return nil }
            self = .putPart(parts[1], upload: parts[3], number: number)
        } else if parts.count == 3, parts[0] == "storage", parts[1] == "upload" {
            self = .putUpload(parts[2])
        } else if let (name, rest) = Self.requestName(parts), rest == ["cancel"] {
            self = .cancel(name)
        } else {
            return nil
        }
    }

    /// `…/requests/{id}/…`: the request, and what follows it.
    private static func requestName(_ parts: [String]) -> (RequestName, [String])? {
        guard let place = parts.firstIndex(of: "requests"), place >= 2, place + 1 < parts.count,
            let app = FalAppID(parts[..<place].joined(separator: "/")),
            let id = ID<QueueRequest>(checking: parts[place + 1])
        else { return nil }
        return (RequestName(app: app.canonical, id: id), Array(parts[(place + 2)...]))
    }
}
