import Crypto
import Foundation

/// What Stripe's API takes instead of JSON: a form whose names have brackets, `line_items[0][price]=price_1`. A tree,
/// whose members are in order; a list is members named 0, 1, 2 …
package indirect enum StripeForm: Sendable, Hashable {
    case text(String)
    case members([Member])

    package struct Member: Sendable, Hashable {
        package let name: String
        package var value: StripeForm

        package init(_ name: String, _ value: StripeForm) {
            self.name = name
            self.value = value
        }
    }

    package init() {
        self = .members([])
    }

    /// The last member of that name. Setting one to nothing removes it.
    package subscript(name: String) -> StripeForm? {
        get { members?.last { $0.name == name }?.value }
        set {
            var members = members ?? []
            let place = members.lastIndex { $0.name == name }
            switch (place, newValue) {
            case (let place?, let value?): members[place].value = value
            case (let place?, nil): members.remove(at: place)
            case (nil, let value?): members.append(Member(name, value))
            case (nil, nil): break
            }
            self = .members(members)
        }
    }

    package var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    package var members: [Member]? {
        guard case .members(let members) = self else { return nil }
        return members
    }

    /// The elements of a list by their numbers, which may have gaps and come in any order. Nil if a name is no number.
    package var elements: [StripeForm]? {
        guard let members else { return nil }
        let numbered = members.compactMap { member in Int(member.name).map { ($0, member.value) } }
        guard numbered.count == members.count else { return nil }
        return numbered.sorted { $0.0 < $1.0 }.map(\.1)
    }
}

// MARK: - Text

extension StripeForm {
    /// For a body or a query: everything but letters, digits and `-._~` is percent-encoded, brackets too. An empty list
    /// has no text.
    package var encoded: String {
        var pairs: [String] = []
        gather(into: &pairs, under: "")
        return pairs.joined(separator: "&")
    }

    /// Names what is in it, for an idempotency key: another body needs another one.
    var digest: String { String(Hex.text(SHA256.hash(data: Data(encoded.utf8))).prefix(16)) }

    private func gather(into pairs: inout [String], under name: String) {
        switch self {
        case .text(let text): pairs.append("\(name.percentEncoded)=\(text.percentEncoded)")
        case .members(let members):
            for member in members {
                member.value.gather(into: &pairs, under: name.isEmpty ? member.name : "\(name)[\(member.name)]")
            }
        }
    }

    package enum Malformed: Error, Sendable, Hashable {
        case tooMany
        case tooDeep(String)
        /// A bracket too many or too few, nothing before the first, or no number left behind a list's last.
        case name(String)
        /// One text and one tree of the same name.
        case conflict(String)
        /// A percent sign that begins no byte, or bytes that are no UTF-8.
        case encoding
    }

    private static let countLimit = 1000
    private static let depthLimit = 16

    /// Reads a body or a query, its brackets as they are or percent-encoded. `x[]=v` adds to the list; of two texts of
    /// one name the last counts.
    package init(decoding text: some StringProtocol) throws(Malformed) {
        self.init()
        let pairs = text.split(separator: "&")
        guard pairs.count <= Self.countLimit else { throw .tooMany }
        for pair in pairs {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.unescape(parts[0])
            try insert(
                try Self.unescape(parts.count > 1 ? parts[1] : ""), at: try Self.path(of: name)[...], named: name)
        }
    }

    /// `a[b][0]` is `a`, `b`, `0`; an empty last one means the end of a list.
    private static func path(of name: String) throws(Malformed) -> [String] {
        guard let open = name.firstIndex(of: "[") else {
            guard !name.isEmpty, !name.contains("]") else { throw .name(name) }
            return [name]
        }
        guard open > name.startIndex, name.hasSuffix("]") else { throw .name(name) }
        var path = [String(name[..<open])]
        for part in name[name.index(after: open)...].dropLast().components(separatedBy: "][") {
            guard !part.contains("["), !part.contains("]") else { throw .name(name) }
            path.append(part)
        }
        guard path.count <= depthLimit else { throw .tooDeep(name) }
        guard path.dropLast().allSatisfy({ !$0.isEmpty }), !path[0].contains("]") else { throw .name(name) }
        return path
    }

    private mutating func insert(_ value: String, at path: ArraySlice<String>, named name: String) throws(Malformed) {
        guard let step = path.first else {
            if members?.isEmpty == false { throw .conflict(name) }
            self = .text(value)
            return
        }
        guard var members else { throw .conflict(name) }
        var key = step
        if step.isEmpty {
            let (next, isOver) = (members.compactMap { Int($0.name) }.max() ?? -1).addingReportingOverflow(1)
            guard !isOver else { throw .name(name) }
            key = String(next)
        }
        let place = members.lastIndex { $0.name == key }
        var child = place.map { members[$0].value } ?? .members([])
        // A text that was set before gives way to another text, and to nothing else.
        if path.count == 1, child.text != nil { child = .members([]) }
        try child.insert(value, at: path.dropFirst(), named: name)
        if let place { members[place].value = child } else { members.append(Member(key, child)) }
        self = .members(members)
    }

    private static func unescape(_ text: some StringProtocol) throws(Malformed) -> String {
        guard let text = PercentEncoding.decode(text, plusIsSpace: true) else { throw .encoding }
        return text
    }
}

// MARK: - Literals

extension StripeForm: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .text(String(value)) }
    package init(booleanLiteral value: Bool) { self = .text(value ? "true" : "false") }
    package init(arrayLiteral elements: StripeForm...) { self.init(elements) }

    /// Members that are nothing are left out.
    package init(dictionaryLiteral elements: (String, StripeForm?)...) {
        self = .members(elements.compactMap { name, value in value.map { Member(name, $0) } })
    }

    package init(_ elements: [StripeForm]) {
        self = .members(elements.enumerated().map { Member(String($0.offset), $0.element) })
    }
}
