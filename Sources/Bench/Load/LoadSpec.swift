/// What a load generator is to do: as many connections as there are clients, each sending the next request as
/// soon as it has its response.
struct LoadSpec: Sendable, Codable {
    var port: Int
    var connections: Int
    var seconds: Double
    /// Before the measurement.
    var warmUp: Double
    /// Whole requests as they go over the wire, sent in turn.
    var requests: [String]
    /// A file that is sent behind each of them.
    var body: String?
}

/// What came of it.
struct LoadResult: Sendable, Codable {
    var responses: Int
    var seconds: Double
    /// Responses by status; 0 stands for a connection that broke.
    var statuses: [Int: Int]
    /// Milliseconds.
    var p50: Double
    var p99: Double

    func perSecond(_ status: Int) -> Double {
        Double(statuses[status] ?? 0) / seconds
    }

    /// Throws unless all responses have this status: a figure that counts failures means nothing.
    func demandOnly(_ status: Int) throws {
        guard statuses.keys.allSatisfy({ $0 == status }), !statuses.isEmpty else {
            throw Failure(.failed, "Not all responses were \(status): \(statuses.sorted { $0.key < $1.key }).")
        }
    }
}

/// One HTTP request as it goes over the wire.
enum RawRequest {
    static func get(_ path: String, key: String? = nil) -> String {
        "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(authorization(key))\r\n"
    }

    static func post(_ path: String, key: String? = nil, body: String) -> String {
        """
        POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
        Content-Length: \(body.utf8.count)\r\n\(authorization(key))\r\n\(body)
        """
    }

    /// Without its body, which is a file of the load.
    static func upload(_ method: String, _ path: String, key: String? = nil, type: String, length: Int) -> String {
        """
        \(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: \(type)\r\n\
        Content-Length: \(length)\r\n\(authorization(key))\r\n
        """
    }

    private static func authorization(_ key: String?) -> String {
        key.map { "Authorization: Bearer \($0)\r\n" } ?? ""
    }
}
