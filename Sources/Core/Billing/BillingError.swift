package enum BillingError: Error, Sendable, Hashable {
    /// Stripe is not set up.
    case off
    /// Only a signed-in owner of the account pays for it.
    case notAllowed
    case noSuchItem(Item)
    /// The account is on this plan already, and nothing is to change it.
    case planInForce(String)
    /// A subscription that is not paid is not changed.
    case subscriptionUnpaid
    /// Neither this server's nor the app's.
    case foreignAddress(field: String)
    case checkoutNotFound
    /// Stripe refused, or is unavailable.
    case stripe(StripeError)
}
