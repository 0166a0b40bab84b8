import TestSupport

/// More connections to a node than one network may have, from a network that nobody else is in.
struct Flood: Sendable {
    /// Of each network, for the nodes of this test.
    static let limit = 100

    private static let texts = [
        "", "GET /api/jobs HTTP/1.1\r\nHost: x\r\nAuthor",
        "POST /auth/v1/signup HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n{\"email\":",
    ]

    private let connections: [RawConnection]

    /// Those that the node does not take, or not any more, are part of it.
    init(of node: RunningNode) async {
        var connections: [RawConnection] = []
        for index in 0..<Self.limit * 3 / 2 {
            guard let connection = try? await RawConnection(port: node.port, from: "127.0.0.2") else { continue }
            await connection.send(Self.texts[index % Self.texts.count])
            connections.append(connection)
        }
        self.connections = connections
    }

    /// Half of them say that they are done; the others are just gone.
    func end() async {
        for (index, connection) in connections.enumerated() where index.isMultiple(of: 2) { await connection.finish() }
    }
}
