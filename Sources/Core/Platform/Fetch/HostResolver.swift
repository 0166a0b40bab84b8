import Dispatch
import Foundation
package import NIOCore

/// From a host's name to its addresses. Ours, and not the client's, so that the address checked is the one connected
/// to.
package struct HostResolver: Sendable {
    package let resolve: @Sendable (_ host: String, _ port: Int) async throws -> [SocketAddress]

    package init(_ resolve: @escaping @Sendable (_ host: String, _ port: Int) async throws -> [SocketAddress]) {
        self.resolve = resolve
    }

    /// The machine's resolver. It blocks until its own limits end it, so it has threads of its own: a name server that
    /// is silent must not keep files waiting.
    package static func system() -> HostResolver {
        let queue = DispatchQueue(label: "darkroom.resolver", attributes: .concurrent)
        return HostResolver { host, port in
            try await withCheckedThrowingContinuation { continuation in
                queue.async { continuation.resume(with: Result { try lookUp(host, port) }) }
            }
        }
    }

    private static func lookUp(_ host: String, _ port: Int) throws(FetchError) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &first) == 0 else { throw .unresolved(host: host) }
        defer { freeaddrinfo(first) }
        var addresses: [SocketAddress] = []
        var next = first
        while let info = next?.pointee, addresses.count < 16 {
            if let address = socketAddress(info) { addresses.append(address) }
            next = info.ai_next
        }
        return addresses
    }

    private static func socketAddress(_ info: addrinfo) -> SocketAddress? {
        switch info.ai_family {
        case AF_INET:
            info.ai_addr?.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { SocketAddress($0.pointee) }
        case AF_INET6:
            info.ai_addr?.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { SocketAddress($0.pointee) }
        default:
            nil
        }
    }
}
