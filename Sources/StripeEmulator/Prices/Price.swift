import Core

struct Product: Document, Equatable {
    static let kind = Kind.product
    let id: String
    let created: Int64
    var updated: Int64
    var name: String
    var description: String?
    var isActive = true
    var metadata: [String: String] = [:]
    var defaultPrice: String?
}

struct Price: Document, Equatable {
    enum Interval: String, Sendable, Codable, CaseIterable {
        case day, week, month, year
    }

    struct Recurring: Sendable, Codable, Equatable {
        let interval: Interval
        let count: Int64
    }

    enum TaxBehavior: String, Sendable, Codable, CaseIterable {
        case exclusive, inclusive, unspecified
    }

    static let kind = Kind.price
    let id: String
    let created: Int64
    let product: String
    let currency: String
    let unitAmount: Int64
    let recurring: Recurring?
    var lookupKey: String?
    var nickname: String?
    var isActive = true
    var taxBehavior = TaxBehavior.unspecified
    var metadata: [String: String] = [:]

    var owner: String? { product }
}

extension Renderer {
    func json(_ product: Product) -> JSON {
        [
            "id": .string(product.id), "object": "product", "created": .integer(product.created),
            "updated": .integer(product.updated), "livemode": false, "name": .string(product.name),
            "description": .of(product.description), "active": .bool(product.isActive),
            "metadata": .of(product.metadata), "default_price": .of(product.defaultPrice), "images": [],
            "marketing_features": [],
            "package_dimensions": nil, "shippable": nil, "statement_descriptor": nil, "tax_code": nil,
            "type": "service", "unit_label": nil, "url": nil,
        ]
    }

    func json(_ price: Price) -> JSON {
        [
            "id": .string(price.id), "object": "price", "created": .integer(price.created), "livemode": false,
            "active": .bool(price.isActive), "billing_scheme": "per_unit", "currency": .string(price.currency),
            "custom_unit_amount": nil, "lookup_key": .of(price.lookupKey), "metadata": .of(price.metadata),
            "nickname": .of(price.nickname), "product": .string(price.product),
            "recurring": price.recurring.map { recurring in
                [
                    "interval": .string(recurring.interval.rawValue), "interval_count": .integer(recurring.count),
                    "meter": nil, "trial_period_days": nil, "usage_type": "licensed",
                ]
            } ?? .null,
            "tax_behavior": .string(price.taxBehavior.rawValue), "tiers_mode": nil, "transform_quantity": nil,
            "type": price.recurring == nil ? "one_time" : "recurring", "unit_amount": .integer(price.unitAmount),
            "unit_amount_decimal": .string(String(price.unitAmount)),
        ]
    }

    /// The price as it was called before there were prices; subscriptions still show it.
    func plan(_ price: Price) -> JSON {
        [
            "id": .string(price.id), "object": "plan", "created": .integer(price.created), "livemode": false,
            "active": .bool(price.isActive), "amount": .integer(price.unitAmount),
            "amount_decimal": .string(String(price.unitAmount)), "billing_scheme": "per_unit",
            "currency": .string(price.currency), "interval": .of(price.recurring?.interval.rawValue),
            "interval_count": .of(price.recurring?.count), "meter": nil, "metadata": .of(price.metadata),
            "nickname": .of(price.nickname), "product": .string(price.product), "tiers_mode": nil,
            "transform_usage": nil, "trial_period_days": nil, "usage_type": "licensed",
        ]
    }
}
