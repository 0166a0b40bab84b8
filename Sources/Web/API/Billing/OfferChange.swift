import Core
import Foundation

/// What packs and plans have in common, as an administrator writes it. Nothing means that it stays.
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
                throw OfferError.invalid(field: name, "'\(name)' is a number with at most two decimals.")
            }
            return credits
        }
        amount = try body["amount"].map { _ in Int64(try body.integer("amount")) }
        currency = try body.text("currency")?.lowercased()
        position = try body["position"].map { _ in try body.integer("position") }
        isRetired = try body["retired"].map { _ in try body.flag("retired") }
    }
}
