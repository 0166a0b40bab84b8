import Core
import HTTPTypes
import Hummingbird
import NIOCore

/// One page of a list, in the shape that all lists of the API have: the items under the list's own name, such as
/// `jobs`, and `nextCursor` unless it is the last page.
struct Page<Item: Encodable & Sendable>: Encodable, Sendable {
    let name: String
    let items: [Item]
    /// To be sent back as `cursor` for the next page.
    let nextCursor: String?
    /// The items as JSON, if they are encoded already.
    var texts: [[UInt8]]?

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

extension Response {
    /// A page whose items are encoded already.
    static func json<Item>(_ page: Page<Item>) -> Response {
        var body = ByteBuffer()
        body.writeString("{\(JSON.string(page.name).text):[")
        for (index, text) in (page.texts ?? page.items.map { JSON.bytes(of: $0) }).enumerated() {
            if index > 0 { body.writeString(",") }
            body.writeBytes(text)
        }
        body.writeString("]")
        if let cursor = page.nextCursor { body.writeString(",\"nextCursor\":\(JSON.string(cursor).text)") }
        body.writeString("}")
        return .json(text: body)
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

    /// The most bytes of a page's items. An item that is larger is a page of its own.
    static var byteLimit: Int { 1 << 20 }

    /// Ends before `limit` if the items are large; the next page then goes on with the first that is left.
    ///
    /// - Parameters:
    ///   - found: The items after `cursor`, in the list's order, up to `readLimit` of them.
    ///   - cursor: What names an item.
    ///   - rest: From where the list goes on, if it was left before there were `readLimit` items.
    func page<Found: Collection, Item>(
        _ name: String, of found: Found, by cursor: (Found.Element) -> Cursor, next rest: Cursor? = nil,
        _ item: (Found.Element) -> Item
    ) -> Page<Item> {
        var (items, texts, bytes) = ([Item](), [[UInt8]](), 0)
        var last: Found.Element?
        for element in found.prefix(limit) {
            let item = item(element)
            let text = JSON.bytes(of: item)
            bytes += text.count
            guard items.isEmpty || bytes <= Self.byteLimit else { break }
            items.append(item)
            texts.append(text)
            last = element
        }
        let next = found.count > items.count ? last.map(cursor) : rest
        return Page(name: name, items: items, nextCursor: next?.cursorText, texts: texts)
    }
}
