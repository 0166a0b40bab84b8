import ArgumentParser
import AsyncHTTPClient
import Core
import Logging
import SQL

/// `darkroom admin replay-event`
struct ReplayEventCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay-event", abstract: "Applies an event of Stripe's that was kept, now.",
        discussion: """
            What it is about is read again from Stripe, and what was booked is not booked again: replaying does no harm. Needs \
            the settings of the server, such as STRIPE_SECRET_KEY.

            Example:
              darkroom admin replay-event evt_1R2k3L
            """)

    @Argument(help: "Stripe's id of the event.") var event: String
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await Settings.read(flags: common.flags)
        let database = try await App.openExisting(settings)
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))
        let result: Result<StripeEvent.Outcome?, any Error>
        do { result = .success(try await replay(settings, database, client)) } catch { result = .failure(error) }
        try await client.shutdown()
        await database.close()
        switch try result.get() {
        case .applied: say("Applied \(event).")
        case .ignored, .givenUp: say("\(event) asks for nothing here.")
        case nil: throw Failure(.failed, "There is no event \(event). Only what Stripe has told this server is kept.")
        }
    }

    private func replay(_ settings: Settings, _ database: Database, _ client: HTTPClient) async throws -> StripeEvent.Outcome? {
        let logger = Logger.darkroom(settings.logLevel)
        guard let billing = App.billing(settings, database, client, .system, WakeUp(across: database), logger) else {
            throw Failure(.failed, "Payments are not set up: set STRIPE_SECRET_KEY as for the server.")
        }
        do {
            return try await ApplyStripeEvents(billing).replay(ID(rawValue: event))
        } catch let error as StripeError {
            throw Failure(.failed, "\(error)")
        }
    }
}
