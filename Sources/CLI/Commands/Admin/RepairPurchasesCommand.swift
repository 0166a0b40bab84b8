import ArgumentParser
import Core
import SQL

/// `darkroom admin repair purchases`
struct RepairPurchasesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purchases", abstract: "Records payments whose Stripe events did not arrive.",
        discussion: """
            The command reads each payment from Stripe again and books it as its event would have done. A payment is \
            booked only once, even if its event arrives later. Without ids, the command checks all payments of the \
            period. It needs the settings of the server, such as STRIPE_SECRET_KEY.

            Examples:
              darkroom admin repair purchases --dry-run
              darkroom admin repair purchases cs_live_a1b2c3 in_1R2k3L
            """)

    @Argument(help: "The ids of Checkout Sessions and invoices at Stripe.") var ids: [String] = []
    @Flag(help: "Print what would be done, and change nothing.") var dryRun = false
    @OptionGroup var period: PeriodOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        for id in ids where RepairPurchases.key(of: id) == nil {
            throw ValidationError("'\(id)' is neither a Checkout Session (cs_…) nor an invoice (in_…).")
        }
        guard ids.isEmpty || !period.isGiven else {
            throw ValidationError("Give either payments or a period, not both.")
        }
    }

    func run() async throws {
        let settings = try await Settings.read(flags: common.flags)
        let period = try period.period(at: Time.system.now())
        var (found, unclear) = (0, 0)
        try await App.withBilling(settings) { _, billing in
            guard let billing else { throw Failure.paymentsOff }
            func report(_ repair: RepairPurchases.Repair) {
                found += 1
                if repair.outcome.needsPerson { unclear += 1 }
                say("\(repair.id): \(repair.outcome.sentence)")
            }
            let repair = RepairPurchases(billing)
            if ids.isEmpty {
                try await repair(period, isDry: dryRun, report)
            } else {
                try await repair(ids, isDry: dryRun, report)
            }
        }
        if found == 0 { say("There is nothing to repair.") }
        if unclear > 0 { throw ExitCode(1) }
    }
}

extension RepairPurchases.Outcome {
    fileprivate var needsPerson: Bool {
        switch self {
        case .notPaid, .amountDiffers, .bringsNothing: true
        case .booked, .toBook, .toConfirm, .confirmed, .wasConfirmed: false
        }
    }

    fileprivate var sentence: String {
        switch self {
        case .booked: "booked."
        case .toBook: "would be booked."
        case .toConfirm: "would be confirmed: it is booked, and it is paid at Stripe."
        case .confirmed: "confirmed: it is booked, and it is paid at Stripe."
        case .wasConfirmed: "nothing to do: it is already booked and confirmed."
        case .notPaid: "not changed: Stripe has no such payment, or it is not paid."
        case .amountDiffers: "not changed: the booked amount differs from the amount at Stripe."
        case .bringsNothing: """
            not changed: it is paid, but brings no credits. It belongs to another installation or to a plan without \
            credits, or the payment differs from the order.
            """
        }
    }
}
