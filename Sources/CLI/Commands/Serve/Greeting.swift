import Core
import Foundation

/// What a server says once it serves: where it is, what it works with, and once in its life the first password.
struct Greeting {
    let text: String

    init(_ settings: Settings, administrator: FirstAdministrator.Made?) throws {
        var lines = ["", "  Darkroom \(App.version) is serving at \(settings.publicURL)", "  Data in \(settings.data)"]
        if settings.database.isShared {
            lines.append("  Database \(settings.database.shown), files in \(settings.files)")
        }
        lines += settings.providers.map { "  Provider: \($0.greeting)" }
        if settings.providers.isEmpty { lines.append("  Provider: none. Set FAL_KEY, or DARKROOM_SANDBOX=on") }
        lines.append("  Payments: \(Greeting.payments(settings))")
        if settings.isForOneNodeOnly {
            lines.append("""
                  The built-in sandbox serves this node only. Before you start another node, run 'darkroom sandbox' \
                and set DARKROOM_SANDBOX_URL on all nodes
                """)
        }
        if let administrator { lines += try Greeting.introduce(administrator, settings) }
        text = (lines + [""]).joined(separator: "\n")
    }

    private static func payments(_ settings: Settings) -> String {
        switch settings.payments {
        case .off: "off. Set STRIPE_SECRET_KEY to sell packs and plans"
        case .stripe(let stripe): "Stripe, \(stripe.isLive ? "live" : "test") mode"
        case .stripeEmulator: """
            the Stripe emulator at \(settings.stripeEmulatorURL ?? "") (no money moves; set STRIPE_SECRET_KEY to use \
            Stripe)
            """
        }
    }

    /// On a terminal the password is shown, this once; else it goes into a file that only its owner can read, since
    /// what is printed elsewhere ends up in logs.
    private static func introduce(_ administrator: FirstAdministrator.Made, _ settings: Settings) throws -> [String] {
        let email = administrator.user.email
        guard let password = administrator.generatedPassword else { return ["  First administrator: \(email)"] }
        if isatty(STDOUT_FILENO) == 1 {
            return ["  First administrator: \(email)", "  Password (shown this once): \(password)"]
        }
        let path = settings.data + "/first-administrator-password"
        try SecretFile.create(path, Array((password + "\n").utf8))
        return ["  First administrator: \(email)", "  Password in \(path)"]
    }
}
