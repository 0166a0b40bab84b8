import Core
import Logging
import SQL

extension App {
    /// For commands beside a server: the database, and payments where they are set up. What Stripe refuses is a
    /// sentence.
    static func withBilling<Value>(
        _ settings: Settings, _ body: (Database, Billing?) async throws -> Value
    ) async throws -> Value {
        let logger = Logger.darkroom(settings.log)
        do {
            return try await withPlatform(settings, logger: logger, database: { try await openExisting(settings) }) {
                try await body($0.database, try settings.besideServer().billing($0))
            }
        } catch let error as StripeError {
            throw Failure(.failed, "\(error)")
        }
    }
}

extension Settings {
    /// With the Stripe emulator where the running server has it.
    fileprivate func besideServer() throws -> Settings {
        guard case .stripeEmulator = payments else { return self }
        guard let port = ServerFile.running(in: data)?.stripeSandboxPort else {
            throw Failure(.failed, """
                The Stripe emulator runs inside the server. Start 'darkroom serve' with the emulator, or set \
                STRIPE_SECRET_KEY.
                """)
        }
        var settings = self
        settings.payments = .stripeEmulator(port: port)
        return settings
    }

    fileprivate func billing(_ platform: Platform) -> Billing? {
        darkroom(platform.secrets).billing.map { Billing(platform, $0) }
    }
}

extension Failure {
    static let paymentsOff = Failure(
        .failed, "Payments are not configured. Set STRIPE_SECRET_KEY to the same value as for the server.")
}
