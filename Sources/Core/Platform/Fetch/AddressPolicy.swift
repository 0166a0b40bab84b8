package import NIOCore

/// Where we go when somebody else names the address: to the public internet only. Otherwise a link to `127.0.0.1` or to
/// a cloud's metadata would make us read for a stranger what only we can reach.
package struct AddressPolicy: Sendable, Hashable {
    /// Lets everything through: for installations whose providers live on a private network.
    package var allowPrivate: Bool
    /// Origins that the operator configured. They may be private, since it was not a stranger who named them.
    package var trusted: Set<Origin>
    /// Whether a stranger on the way must not read or replace what is fetched: https only, redirects included. Private
    /// networks, if they are allowed, and trusted origins have no certificates.
    package var requiresTLS: Bool

    package init(allowPrivate: Bool = false, trusted: Set<Origin> = [], requiresTLS: Bool = false) {
        self.allowPrivate = allowPrivate
        self.trusted = trusted
        self.requiresTLS = requiresTLS
    }

    package func trusting(_ origins: Set<Origin>) -> AddressPolicy {
        AddressPolicy(allowPrivate: allowPrivate, trusted: trusted.union(origins), requiresTLS: requiresTLS)
    }

    /// Before its host is resolved.
    func check(_ origin: Origin) throws(FetchError) {
        if requiresTLS, origin.scheme != "https", !allowPrivate, !trusted.contains(origin) {
            throw .unencrypted(host: origin.host)
        }
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
