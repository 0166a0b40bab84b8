/// How Stripe's objects are read: of whichever API version, expanded or not.
extension JSON {
    /// A reference is an id, or the whole object.
    var reference: String? { string ?? self["id"]?.string }

    /// The first of several places that has something.
    func first(_ paths: [String]...) -> JSON? {
        for path in paths {
            var found: JSON? = self
            for step in path { found = found?[step] }
            if let found, found != .null { return found }
        }
        return nil
    }

    /// The elements of one of Stripe's lists.
    var listed: [JSON] { self["data"]?.array ?? array ?? [] }

    /// Nil unless it is a number of seconds within some ten thousand years, so that any two can be subtracted.
    var instant: Instant? { integer.flatMap { (0..<1 << 38).contains($0) ? Instant(seconds: $0) : nil } }

    /// In minor units. Nil for more digits than any of Stripe's has, so that amounts can be added.
    var amount: Int64? { integer.flatMap { $0.magnitude < 1_000_000_000_000 ? $0 : nil } }
}
