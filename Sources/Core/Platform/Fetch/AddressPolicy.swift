package import NIOCore

/// Where we go when somebody else names the address: to the public internet only. Otherwise a link to `127.0.0.1` or to
/// a cloud's metadata would make us read for a stranger what only we can reach.
package struct AddressPolicy: Sendable, Hashable {
    /// Lets everything through: for installations whose providers live on a private network.
    package var allowPrivate: Bool
    /// Origins that the operator configured. They may be private, since it was not a stranger who named them.
    package var trusted: Set<Origin>

    package init(allowPrivate: Bool = false, trusted: Set<Origin> = []) {
        self.allowPrivate = allowPrivate
        self.trusted = trusted
    }

    package func trusting(_ origins: Set<Origin>) -> AddressPolicy {
        AddressPolicy(allowPrivate: allowPrivate, trusted: trusted.union(origins))
    }

    /// Returns the addresses that may be connected to. All of a host's addresses must be public: one that also points
    /// inside is up to something.
    package func check(_ addresses: [SocketAddress], of origin: Origin) throws(FetchError) -> [SocketAddress] {
        guard !addresses.isEmpty else { throw .unresolved(host: origin.host) }
        if allowPrivate || trusted.contains(origin) { return addresses }
        guard addresses.allSatisfy({ IPAddress($0)?.isPublic ?? false }) else {
            throw .privateAddress(host: origin.host)
        }
        return addresses
    }
}
