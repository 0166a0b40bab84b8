package import SQL

/// Something for sale, by its name in the catalog: credits bought once, or credits a month.
package enum Item: Sendable, Hashable, CustomStringConvertible {
    case pack(String)
    case plan(String)

    /// `pack:small`, as rows and Stripe's metadata name it.
    package var description: String {
        switch self {
        case .pack(let name): "pack:\(name)"
        case .plan(let name): "plan:\(name)"
        }
    }

    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
        guard parts.count == 2, !parts[1].isEmpty else { return nil }
        switch parts[0] {
        case "pack": self = .pack(parts[1])
        case "plan": self = .plan(parts[1])
        default: return nil
        }
    }

    /// Whether it can be the name of a pack or a plan: what addresses, keys and Stripe's metadata can contain.
    package static func isName(_ text: String) -> Bool {
        (1...40).contains(text.utf8.count) && text.utf8.allSatisfy {
            (97...122).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 95
        }
    }

    package var plan: String? {
        guard case .plan(let name) = self else { return nil }
        return name
    }

    package var pack: String? {
        guard case .pack(let name) = self else { return nil }
        return name
    }
}

extension Item: SQLConvertible {
    package var sqlValue: SQLValue { .text(description) }

    package init?(sqlValue: SQLValue) {
        guard case .text(let text) = sqlValue else { return nil }
        self.init(text)
    }
}

/// An item as it is sold now: what its buyer is to get, and what it costs.
package struct Offer: Sendable, Hashable {
    package let item: Item
    package let title: String
    package let credits: Credits
    package let price: Money
}
