import NIOCore
import NIOPosix

/// Loopback ports that nobody listens on, below those that the system hands out to clients.
package enum FreePorts {
    /// The first of three adjacent ports: a server, and the two sandboxes that it has built in.
    package static func block() async throws -> Int {
        for _ in 0..<100 {
            let port = 3 * Int.random(in: 6_700..<10_600)
            if await isFree(port), await isFree(port + 1), await isFree(port + 2) { return port }
        }
        throw Unexpected("no three free ports were found")
    }

    private static func isFree(_ port: Int) async -> Bool {
        do {
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: "127.0.0.1", port: port).get()
            try await channel.close()
            return true
        } catch {
            return false
        }
    }
}
