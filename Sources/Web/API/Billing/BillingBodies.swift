import Core

/// Credits that are bought once.
struct PackBody: Encodable {
    let name: String
    let title: String
    let credits: Credits
    /// In minor units, such as cents.
    let amount: Int64
    let currency: String
    let position: Int
    /// Absent while it is for sale.
    let retiredAt: String?

    init(_ pack: Pack) {
        name = pack.name
        title = pack.title
        credits = pack.credits
        amount = pack.price.amount
        currency = pack.price.currency
        position = pack.position
        retiredAt = pack.retiredAt?.text
    }
}

/// Credits per month, with limits.
struct PlanBody: Encodable {
    let name: String
    let title: String
    let monthlyCredits: Credits
    /// Per month, in minor units; absent if the plan is not for sale.
    let amount: Int64?
    let currency: String?
    let concurrentJobs: Int
    /// Absent if there is no limit.
    let jobsPerHour: Int?
    let weight: Int
    let headStartSeconds: Int64
    /// How many more months its credits last.
    let rollover: Int
    let position: Int

    init(_ plan: Plan) {
        name = plan.name
        title = plan.title
        monthlyCredits = plan.monthlyCredits
        amount = plan.price?.amount
        currency = plan.price?.currency
        concurrentJobs = plan.concurrentJobs
        jobsPerHour = plan.jobsPerHour
        weight = plan.weight
        headStartSeconds = plan.headStart.milliseconds / 1000
        rollover = plan.rollover
        position = plan.position
    }
}

struct CheckoutBody: Encodable {
    let id: String
    let state: String
    let pack: String?
    let plan: String?
    /// Of the pack, or of a whole month; of a change of plan that is made, what it brought.
    let credits: Credits
    /// Of a change of plan what it is billed.
    let amount: Int64
    let currency: String
    /// The page where it is paid; absent if it cannot be paid any more.
    let url: String?
    let createdAt: String

    init(_ checkout: Checkout) {
        id = checkout.id.rawValue
        state = checkout.state.rawValue
        pack = checkout.item.pack
        plan = checkout.item.plan
        credits = checkout.state == .paid ? checkout.change?.brought ?? checkout.credits : checkout.credits
        amount = (checkout.change?.billed ?? checkout.price).amount
        currency = checkout.price.currency
        url = checkout.state == .open ? checkout.url : nil
        createdAt = checkout.createdAt.text
    }
}

struct PurchaseBody: Encodable {
    let id: String
    let pack: String?
    let plan: String?
    let credits: Credits
    let amount: Int64
    let currency: String
    /// What of the amount was paid back, or is disputed or lost to a dispute.
    let refundedAmount: Int64
    let disputedAmount: Int64
    /// The credits that were taken back for it.
    let clawedBackCredits: Credits
    let createdAt: String

    init(_ purchase: Purchase) {
        id = purchase.id.rawValue
        pack = purchase.item.pack
        plan = purchase.item.plan
        credits = purchase.credits
        amount = purchase.paid.amount
        currency = purchase.paid.currency
        refundedAmount = purchase.refunded
        disputedAmount = purchase.disputed
        clawedBackCredits = purchase.clawedBack
        createdAt = purchase.createdAt.text
    }
}
