/// An origin as browsers name it, scheme, host and port: they compare it letter by letter, so anything more would shut
/// the app out. The scheme may be an app's own.
struct AppOrigin {
    let text: String

    struct Problem: Error {
        /// The rest of a sentence that begins with the origin.
        let reason: String
    }

    init(_ given: String) throws(Problem) {
        guard given != "*" else { throw Problem(reason: "cannot stand beside others") }
        let parts = given.lowercased().split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw Problem(reason: "has no scheme, such as https://") }
        let (scheme, authority) = (String(parts[0]), parts[1].hasSuffix("/") ? parts[1].dropLast() : parts[1])
        guard scheme.utf8.first.map(Self.isLetter) == true, scheme.utf8.allSatisfy(Self.isInScheme) else {
            throw Problem(reason: "has no valid scheme")
        }
        guard !authority.contains(where: { "/?#".contains($0) }) else {
            throw Problem(reason: "has more than a scheme, a host and a port")
        }
        guard !authority.contains("*") else { throw Problem(reason: "has a *, but each origin must be listed") }
        let (host, port) = try Self.split(authority)
        guard Self.isHost(host) else { throw Problem(reason: "has no valid host") }
        text = "\(scheme)://\(host)" + (port.flatMap { $0 == Self.usualPorts[scheme] ? nil : ":\($0)" } ?? "")
    }

    /// Browsers leave them out.
    private static let usualPorts: [String: UInt16] = ["http": 80, "https": 443]

    private static func split(_ authority: Substring) throws(Problem) -> (host: Substring, port: UInt16?) {
        // The colons of an IPv6 address are inside brackets.
        let end = authority.lastIndex(of: "]") ?? authority.startIndex
        guard let colon = authority[end...].lastIndex(of: ":") else { return (authority, nil) }
        guard let port = UInt16(authority[authority.index(after: colon)...]), port > 0 else {
            throw Problem(reason: "has no valid port")
        }
        return (authority[..<colon], port)
    }

    private static func isHost(_ host: Substring) -> Bool {
        if host.hasPrefix("["), host.hasSuffix("]"), host.count > 4 {
            return host.dropFirst().dropLast().allSatisfy { ($0.isASCII && $0.isHexDigit) || ":.".contains($0) }
        }
        return !host.isEmpty && host.utf8.count <= 253 && host.utf8.allSatisfy { isInName($0) || $0 == 95 }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (97...122).contains(byte) }

    private static func isInName(_ byte: UInt8) -> Bool {
        isLetter(byte) || (48...57).contains(byte) || byte == 45 || byte == 46
    }

    private static func isInScheme(_ byte: UInt8) -> Bool { isInName(byte) || byte == 43 }
}
