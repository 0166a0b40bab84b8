import Core
import Foundation

/// What strangers may do at a server that they can reach. On a machine by itself the same is only information.
struct ExposureCheck: Sendable {
    let settings: Settings

    func findings() -> [Finding] {
        [signUp, appOrigins] + (firstPassword.map { [$0] } ?? [])
    }

    private var signUp: Finding {
        guard settings.signUp == .open else {
            return .ok("sign-up", "\(settings.signUp.rawValue): strangers cannot create users.")
        }
        guard settings.isReachable else {
            return .information("sign-up", "open. Email addresses are not confirmed.")
        }
        return .warning(
            "sign-up", """
                open at \(settings.publicURL): anyone can create users with any email addresses, each with welcome \
                credits, because the server does not confirm addresses by mail.
                """, "If only you create users, set DARKROOM_SIGN_UP=invite.")
    }

    private var appOrigins: Finding {
        let origins = settings.appOrigins
        if origins.isAny {
            return settings.isReachable
                ? .warning(
                    "app origins", "pages of every website can call this server.",
                    "List the origins of your apps in DARKROOM_CORS_ORIGIN.")
                : .information("app origins", "pages of every website can call this server.")
        }
        if !origins.listed.isEmpty {
            let list = origins.listed.sorted().joined(separator: ", ")
            return .ok("app origins", "pages of \(list) can call this server.")
        }
        return .information("app origins", """
            \(origins.includesLoopback ? "pages of localhost" : "no pages of other origins") can call this server. \
            Set DARKROOM_CORS_ORIGIN for apps elsewhere.
            """)
    }

    private var firstPassword: Finding? {
        let name = "first-administrator-password"
        guard FileManager.default.fileExists(atPath: settings.data + "/" + name) else { return nil }
        let message = "\(name) is still in the data folder."
        let advice = "Sign in with it, then delete the file: rm \(settings.data)/\(name)"
        return settings.isReachable
            ? .warning("first password", message, advice) : .information("first password", "\(message) \(advice)")
    }
}

extension Settings {
    /// Whether others than this machine may come here, as far as the settings say.
    var isReachable: Bool {
        let name = Origin(publicURL)?.host
        return ![host, name ?? ""].allSatisfy { $0 == "localhost" || $0 == "::1" || $0.hasPrefix("127.") }
    }
}
