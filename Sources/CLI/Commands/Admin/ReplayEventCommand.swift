import ArgumentParser
import Core

/// `darkroom admin replay-event`
struct ReplayEventCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay-event", abstract: "Applies a stored event of Stripe's, now.",
        discussion: """
            What it is about is read again from Stripe, and what was booked is not booked again: replaying does no \
            harm. Needs the settings of the server, such as STRIPE_SECRET_KEY.

            Example:
              darkroom admin replay-event evt_1R2k3L
            """)

    @Argument(help: "Stripe's id of the event.") var event: String
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings.read(flags: common.flags)
        let outcome = try await App.withBilling(settings) { _, billing in
            guard let billing else { throw Failure.paymentsOff }
            return try await ApplyStripeEvents(billing).replay(ID(rawValue: event))
        }
        switch outcome {
        case .applied: say("Applied \(event).")
        case .ignored, .abandoned: say("\(event) asks for nothing here.")
        case nil:
            throw Failure(
                .failed, "There is no event \(event). Only events that Stripe has sent to this server are stored.")
        }
    }
}
