import Core
import HTTPTypes

extension APIError {
    /// Returns nil if the error is not about prices.
    init?(catalog error: any Error) {
        switch error {
        case let error as PricingError: self.init(error)
        case let error as PriceDraftError: self.init(error)
        default: return nil
        }
    }

    private init(_ error: PricingError) {
        switch error {
        case .noPrice(let subject):
            self.init(.unprocessableContent, "no_price", "There is no price for \(subject).")
        case .outOfRange:
            self.init(.unprocessableContent, "price_out_of_range", "The price of this is out of range. Ask for less.")
        }
    }

    private init(_ error: PriceDraftError) {
        switch error {
        case .notFound:
            self.init(.notFound, "not_found", "There is no draft of prices with this id. It may have been published.")
        case .noSuchVersion: self.init(.notFound, "not_found", "There is no such version of the prices.")
        case .changed(let revision):
            self.init(
                .conflict, "draft_changed", "Somebody has edited this draft. Look at revision \(revision) first.",
                field: "revision", details: ["revision": .integer(Int64(revision))])
        case .outdated(let basedOn, let current):
            self.init(
                .conflict, "draft_outdated",
                """
                This draft is based on version \(basedOn), and version \(current) is in force. Compare them, then edit \
                it with 'rebase'.
                """,
                details: ["basedOn": .integer(Int64(basedOn)), "current": .integer(Int64(current))])
        case .document(let error):
            let field = error.path.isEmpty ? "document" : "document.\(error.path)"
            self.init(.unprocessableContent, "invalid_prices", "'\(field)' \(error.message).", field: field)
        case .invalidNote:
            self = .invalidParameter("note", "'note' says why, in 1 to 500 characters.")
        case .tooMany(let limit):
            self.init(
                .unprocessableContent, "too_many_drafts",
                "There are \(limit) drafts already. Publish or delete one first.")
        }
    }
}
