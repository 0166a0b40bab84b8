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

    var instant: Instant? { integer.map { Instant(seconds: $0) } }
}
