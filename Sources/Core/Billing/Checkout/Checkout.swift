import SQL

/// Somebody's way to Stripe's pay page and back. It names our own price; what Stripe says moves it on.
package struct Checkout: Sendable, Hashable {
    package enum State: String, Sendable, SQLConvertible {
        case open
        /// Gone through, and the money takes days.
        case unpaid
        case paid, failed, expired

        /// The only moves there are. What is paid stays so; an expired one can still turn out to have been paid.
        var next: Set<State> {
            switch self {
            case .open: [.unpaid, .paid, .failed, .expired]
            case .unpaid: [.paid, .failed, .expired]
            case .failed, .expired: [.paid]
            case .paid: []
            }
        }
    }

    package let id: ID<Checkout>
    package let account: ID<Account>
    package let createdBy: ID<User>
    package let environment: StripeEnvironment
    package let item: Item
    package let credits: Credits
    package let price: Money
    package let state: State
    let sessionID: String?
    /// Where it is paid.
    package let url: String?
    package let bodyHash: String?
    package let createdAt: Instant
    package var change: Change?

    /// What came of a change of plan, which is not paid on a page. Nil for what is, and where it is not known.
    package struct Change: Sendable, Hashable {
        /// Nothing if the change begins with the next period.
        package let billed: Money
        /// The credits that its bill has brought by now.
        package let brought: Credits
    }
}
