/// Credits a month, and limits.
package struct Plan: Sendable, Hashable {
    /// What an account is on that pays for no other.
    package static let free = "free"
    /// Not a plan that an account is on: its row has the limits of accounts with bought credits left, where they are
    /// better than those of their plans.
    package static let payAsYouGo = "pay_as_you_go"

    /// Whether it neither costs nor brings anything, whatever an operator changes.
    var isOnlyLimits: Bool { [Plan.free, Plan.payAsYouGo].contains(name) }

    package let name: String
    package var title: String
    package var monthlyCredits: Credits
    /// A month. Nil if it is not for sale.
    package var price: Money?
    package var concurrentJobs: Int
    package var jobsPerHour: Int?
    /// Share of the queue.
    package var weight: Int
    package var headStart: Duration
    /// How many further periods the credits of a period live.
    package var rollover: Int
    package var position: Int

    package init(
        name: String, title: String, monthlyCredits: Credits, price: Money?, concurrentJobs: Int, jobsPerHour: Int?,
        weight: Int, headStart: Duration, rollover: Int, position: Int
    ) {
        self.name = name
        self.title = title
        self.monthlyCredits = monthlyCredits
        self.price = price
        self.concurrentJobs = concurrentJobs
        self.jobsPerHour = jobsPerHour
        self.weight = weight
        self.headStart = headStart
        self.rollover = rollover
        self.position = position
    }

    var offer: Offer? {
        price.map { Offer(item: .plan(name), title: title, credits: monthlyCredits, price: $0) }
    }

    /// A plan that costs more begins at once, another with the next period.
    func costsMore(than other: Plan) -> Bool {
        (price?.amount ?? 0) > (other.price?.amount ?? 0)
    }
}
