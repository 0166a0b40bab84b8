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
            self.init(.unprocessableContent, "no_price", "No price is configured for \(subject).")
        case .outOfRange:
            self.init(
                .unprocessableContent, "price_out_of_range",
                "The price is out of range. Request fewer or smaller outputs.")
        }
    }

    private init(_ error: PriceDraftError) {
        switch error {
        case .notFound:
            self.init(.notFound, "not_found", "There is no price draft with this id. It may have been published.")
        case .noSuchVersion: self.init(.notFound, "not_found", "There is no price version with this number.")
        case .changed(let revision):
            self.init(
                .conflict, "draft_changed", "This draft has changed. Read revision \(revision) before you edit it.",
                field: "revision", details: ["revision": .integer(Int64(revision))])
        case .outdated(let basedOn, let current):
            self.init(
                .conflict, "draft_outdated",
                """
                This draft is based on version \(basedOn), but version \(current) is current. Compare the two, then \
                edit the draft with 'rebase'.
                """,
                details: ["basedOn": .integer(Int64(basedOn)), "current": .integer(Int64(current))])
        case .document(let error):
            let field = error.path.isEmpty ? "document" : "document.\(error.path)"
            self.init(.unprocessableContent, "invalid_prices", "'\(field)' \(error.message).", field: field)
        case .invalidNote:
            self = .invalidParameter("note", "'note' must give the reason in 1 to \(PriceDrafts.noteLimit) bytes.")
        case .tooMany(let limit):
            self.init(
                .unprocessableContent, "too_many_drafts",
                "There are already \(limit) drafts. Publish or delete one first.")
        }
    }
}
