import AsyncHTTPClient
import Core
import Logging
import SQL

extension App {
    /// For commands beside a server: the database, and payments where they are set up. What Stripe refuses is a
    /// sentence.
    static func withBilling<Value>(
        _ settings: Settings, _ body: (Database, Billing?) async throws -> Value
    ) async throws -> Value {
        let database = try await openExisting(settings)
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))
        let result: Result<Value, any Error>
        do {
            let billing = try await billing(besideServerOf: settings, database, client)
            result = .success(try await body(database, billing))
        } catch let error as StripeError {
            result = .failure(Failure(.failed, "\(error)"))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        await database.close()
        return try result.get()
    }

    private static func billing(
        besideServerOf settings: Settings, _ database: Database, _ client: HTTPClient
    ) async throws -> Billing? {
        var settings = settings
        if case .stripeEmulator = settings.payments {
            guard let port = ServerFile.running(in: settings.data)?.stripeSandboxPort else {
                throw Failure(.failed, """
                    The Stripe emulator runs inside the server: start 'darkroom serve' with it, or set \
                    STRIPE_SECRET_KEY.
                    """)
            }
            settings.payments = .stripeEmulator(port: port)
        }
        let secrets = try await Secrets.open(settings.secretsStore(database, time: .system), now: Time.system.now())
        return billing(
            settings, secrets, database, client, .system, WakeUp(across: database), Logger.darkroom(settings.logLevel))
    }
}

extension Failure {
    static let paymentsOff = Failure(.failed, "Payments are not set up: set STRIPE_SECRET_KEY as for the server.")
}
