import ArgumentParser
import Core

/// `darkroom admin replay-event`
struct ReplayEventCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay-event", abstract: "Applies a stored Stripe event now.",
        discussion: """
            The command reads the object of the event from Stripe again. It does not book again what is already \
            booked, so an event can be replayed safely. It needs the settings of the server, such as STRIPE_SECRET_KEY.

            Example:
              darkroom admin replay-event evt_1R2k3L
            """)

    @Argument(help: "The id of the event at Stripe.") var event: String
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings.read(flags: common.flags)
        let outcome = try await App.withBilling(settings) { _, billing in
            guard let billing else { throw Failure.paymentsOff }
            return try await ApplyStripeEvents(billing).replay(ID(rawValue: event))
        }
        switch outcome {
        case .applied: say("Applied \(event).")
        case .ignored, .abandoned: say("\(event) requires no change.")
        case nil:
            throw Failure(
                .failed, "There is no event '\(event)'. Only events that Stripe has sent to this server are stored.")
        }
    }
}
