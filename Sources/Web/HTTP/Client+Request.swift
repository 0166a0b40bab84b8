import Core
import Foundation
import HTTPTypes
import Hummingbird

#if canImport(Glibc)
import Glibc
#endif

extension Client {
    init(_ request: Request, _ context: AppContext) {
        self.init(address: context.clientAddress, userAgent: request.headers[.userAgent])
    }

    /// What one client is likely to control: an IPv4 address, or the network of an IPv6 address, its first 64 bits.
    /// Anybody can have as many IPv6 addresses as there are in it.
    static func network(of address: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, address, &bytes) == 1 else { return address }
        if bytes[..<10].allSatisfy({ $0 == 0 }) {
            guard bytes[10] == 0xFF && bytes[11] == 0xFF else { return address }
            return bytes[12...].map { String($0) }.joined(separator: ".")
        }
        let groups = stride(from: 0, to: 8, by: 2).map { index in
            String(UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]), radix: 16)
        }
        return groups.joined(separator: ":") + "::/64"
    }
}
