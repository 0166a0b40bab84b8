import Core
import Foundation

/// What packs and plans have in common, as an administrator writes it. Nil means that it stays as it is.
struct OfferChange: Sendable {
    let title: String?
    let credits: Credits?
    let amount: Int64?
    let currency: String?
    let position: Int?
    let isRetired: Bool?

    init(_ body: ObjectBody, credits name: String) throws {
        title = try body.text("title")
        credits = try body[name].map { value in
            guard let credits = try? value.decode(Credits.self) else {
                throw OfferError.invalid(field: name, "'\(name)' must be a number with at most two decimals.")
            }
            return credits
        }
        amount = try body.integer("amount").map { Int64($0) }
        currency = try body.text("currency")?.lowercased()
        position = try body.integer("position")
        isRetired = try body.flag("retired")
    }
}
