/// A fal app id: `fal-ai/flux/schnell` has the owner `fal-ai`, the alias `flux` and the path `schnell`.
///
/// A submission names the whole id. Status, result and cancel name only `canonical`, without the path.
package struct FalAppID: Sendable, Hashable, CustomStringConvertible {
    /// Two prefixes that shift the other parts by one.
    package enum Namespace: String, Sendable, Hashable {
        case workflows, comfy
    }

    let namespace: Namespace?
    package let owner: String
    package let alias: String
    package let path: String?

    /// Returns nil unless `text` has an owner and an alias and is made of characters that a URL's path takes as they
    /// are.
    package init?(_ text: String) {
        var parts = text.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
        guard parts.count <= 10, text.utf8.count <= 200, parts.allSatisfy(Self.isPart) else { return nil }
        namespace = parts.count > 2 ? Namespace(rawValue: parts[0]) : nil
        if namespace != nil { parts.removeFirst() }
        if parts.count == 1, let split = Self.legacyParts(of: parts[0]) { parts = split }
        guard parts.count >= 2 else { return nil }
        owner = parts[0]
        alias = parts[1]
        path = parts.count > 2 ? parts[2...].joined(separator: "/") : nil
    }

    /// The id without its path, as it stands in the URLs of a request.
    package var canonical: String {
        (namespace.map { $0.rawValue + "/" } ?? "") + owner + "/" + alias
    }

    package var description: String {
        canonical + (path.map { "/" + $0 } ?? "")
    }

    private static func isPart(_ part: String) -> Bool {
        !part.isEmpty && part != "." && part != ".."
            && part.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
                default: false
                }
            }
    }

    /// `123456-name` is what `123456/name` was called once; clients still rewrite it.
    private static func legacyParts(of text: String) -> [String]? {
        guard let dash = text.firstIndex(of: "-"), dash != text.startIndex else { return nil }
        let owner = text[..<dash]
        let alias = text[text.index(after: dash)...]
        guard !alias.isEmpty, owner.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return [String(owner), String(alias)]
    }
}
