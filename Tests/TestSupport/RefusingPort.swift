import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// A port of this machine that belongs to the test and on which nobody listens: every connection to it is refused, and
/// no other test can get it meanwhile.
package final class RefusingPort: Sendable {
    package let number: Int
    private let descriptor: CInt

    package init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { [descriptor] in
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard descriptor >= 0, isBound else { throw Unexpected("no port: \(String(cString: strerror(errno)))") }
        number = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}
