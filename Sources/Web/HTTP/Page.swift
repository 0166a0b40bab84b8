import Core

/// One page of a list, in the shape that all lists of the API have: the items under the list's own name, such as
/// `jobs`, and `nextCursor` unless it is the last page.
struct Page<Item: Encodable & Sendable>: Encodable, Sendable {
    let name: String
    let items: [Item]
    /// To be sent back as `cursor` for the next page.
    let nextCursor: String?

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// May be called from the `encode(to:)` of a body that has members of its own beside those of the page.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(items, forKey: Key(stringValue: name))
        try container.encodeIfPresent(nextCursor, forKey: Key(stringValue: "nextCursor"))
    }
}

/// What the last item of a page is named by, so that the next page begins after it.
protocol PageCursor: Sendable {
    init?(cursor: Substring)
    var cursorText: String { get }
}

extension ID: PageCursor {
    init?(cursor: Substring) { self.init(checking: cursor) }
    var cursorText: String { rawValue }
}

extension Int: PageCursor {
    init?(cursor: Substring) { self.init(cursor, radix: 10) }
    var cursorText: String { String(self) }
}

/// Which page of a list a request asks for.
struct PageQuery<Cursor: PageCursor>: Sendable {
    let limit: Int
    /// The last item of the page before; nil for the first page.
    let cursor: Cursor?

    /// How many items to read: one more than is shown, which says whether there is a next page.
    var readLimit: Int { limit + 1 }

    /// - Parameters:
    ///   - found: The items after `cursor`, in the list's order, up to `readLimit` of them.
    ///   - cursor: What names an item.
    func page<Found: Collection, Item>(
        _ name: String, of found: Found, by cursor: (Found.Element) -> Cursor, _ item: (Found.Element) -> Item
    ) -> Page<Item> {
        let shown = Array(found.prefix(limit))
        let last = found.count > limit ? shown.last : nil
        return Page(name: name, items: shown.map(item), nextCursor: last.map { cursor($0).cursorText })
    }
}
