package import Core
import Foundation
import HTTPTypes
package import Hummingbird

#if canImport(Glibc)
import Glibc
#endif

extension Client {
    package init(_ request: Request, _ context: AppContext) {
        self.init(address: context.clientAddress, userAgent: request.headers[.userAgent])
    }

    /// What one client is likely to hold: an IPv4 address, or the first 64 bits of an IPv6 address. Anybody can have as
    /// many of the latter as there are in it.
    package static func network(of address: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, address, &bytes) == 1 else { return address }
        if bytes[..<10].allSatisfy({ $0 == 0 }) {
            return bytes[10] == 0xFF && bytes[11] == 0xFF ? bytes[12...].map { String($0) }.joined(separator: ".") : address
        }
        let groups = stride(from: 0, to: 8, by: 2).map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
        return groups.joined(separator: ":") + "::/64"
    }
}
