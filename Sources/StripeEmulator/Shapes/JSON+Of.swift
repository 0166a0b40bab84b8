import Core

/// Members of Stripe's objects; what is not there is `null`.
extension JSON {
    static func of(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
    static func of(_ number: Int64?) -> JSON { number.map { .integer($0) } ?? .null }
    static func of(_ bool: Bool) -> JSON { .bool(bool) }
    static func of(_ metadata: [String: String]) -> JSON { .object(metadata.mapValues { .string($0) }) }
    static func of(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }

    /// A list that is part of an object, and all there is of it.
    static func list(_ elements: [JSON], at url: String) -> JSON {
        ["object": "list", "data": .array(elements), "has_more": false, "url": .string(url)]
    }

    func merging(_ members: [String: JSON]) -> JSON {
        .object((object ?? [:]).merging(members) { _, new in new })
    }
}
