import SQL

/// Credits that were paid for, and how much of the payment came back since.
package struct Purchase: Sendable, Hashable {
    package enum Source: String, Sendable, SQLConvertible {
        case checkout, invoice

        /// Of its credits.
        var lot: Lot.Source {
            switch self {
            case .checkout: .purchase
            case .invoice: .grant
            }
        }
    }

    package let id: ID<Purchase>
    package let account: ID<Account>
    package let source: Source
    package let key: String
    package let item: Item
    package let credits: Credits
    package let lot: ID<Lot>
    package let paid: Money
    package let environment: StripeEnvironment
    package let paymentIntent: String?
    package let refunded: Int64
    package let disputed: Int64
    package let clawedBack: Credits
    let revision: Int
    package let createdAt: Instant

    /// What is to be taken back in all when so much of the money is gone again: the same share of the credits, all of
    /// them at most.
    ///
    /// - Parameter coming: What it is still to bring.
    func clawBack(refunded: Int64, disputed: Int64, coming: Credits = .zero) -> Credits {
        let gone = min(max(refunded, 0).adding(clamped: max(disputed, 0)), paid.amount)
        guard paid.amount > 0, gone > 0 else { return .zero }
        return (credits + coming).share(gone, of: paid.amount)
    }
}

extension Credits {
    /// `part` of `whole`, rounded half away from zero, once.
    func share(_ part: Int64, of whole: Int64) -> Credits {
        precondition(whole > 0, "a share is of something")
        let product = Int128(rawValue) * Int128(part)
        let (quotient, remainder) = product.quotientAndRemainder(dividingBy: Int128(whole))
        let isAway = remainder.magnitude >= UInt128(whole) - remainder.magnitude
        return Credits(hundredths: Int64(clamping: quotient + (isAway ? product.signum() : 0)))
    }
}
