/// Credits that are bought once, and never expire.
package struct Pack: Sendable, Hashable {
    package let name: String
    package var title: String
    package var credits: Credits
    package var price: Money
    package var position: Int
    /// Since when it is not for sale.
    package var retiredAt: Instant?

    package init(name: String, title: String, credits: Credits, price: Money, position: Int, retiredAt: Instant?) {
        self.name = name
        self.title = title
        self.credits = credits
        self.price = price
        self.position = position
        self.retiredAt = retiredAt
    }

    var offer: Offer { Offer(item: .pack(name), title: title, credits: credits, price: price) }
}
