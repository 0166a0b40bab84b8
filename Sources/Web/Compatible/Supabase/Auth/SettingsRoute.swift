import Core
import Hummingbird

/// `GET /auth/v1/settings`: which ways to sign in there are.
struct SettingsRoute: Sendable {
    private let signUp: SignUp

    init(_ signUp: SignUp) {
        self.signUp = signUp
    }

    private static let otherProviders = [
        "anonymous_users", "apple", "azure", "bitbucket", "discord", "facebook", "figma", "fly", "github", "gitlab",
        "google", "kakao", "keycloak", "linkedin", "linkedin_oidc", "notion", "phone", "slack", "slack_oidc", "spotify",
        "twitch", "twitter", "workos", "zoom",
    ]

    @Sendable func handle(_ request: Request, context: AppContext) -> Response {
        var external: [String: JSON] = [:]
        for provider in Self.otherProviders { external[provider] = false }
        external["email"] = true
        return .json([
            "external": .object(external), "disable_signup": .bool(signUp.mode != .open),
            "mailer_autoconfirm": .bool(!signUp.confirmsByMail), "phone_autoconfirm": false, "sms_provider": "",
            "saml_enabled": false, "passkeys_enabled": false,
        ] as JSON)
    }
}
