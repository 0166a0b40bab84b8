import Core
import HTTPTypes
import Hummingbird

/// `POST /auth/v1/signup`
struct SignUpRoute: Sendable {
    private let identity: Accounts

    init(_ identity: Accounts) {
        self.identity = identity
    }

    @Sendable func handle(_ request: Request, context: AppContext) async throws -> Response {
        let body = try await request.authBody()
        guard let email = try body.text("email"), !email.isEmpty else { throw try refusal(of: body) }
        guard let password = try body.text("password"), !password.isEmpty else {
            throw AuthError(.badRequest, "validation_failed", "Signup requires a valid password")
        }
        let metadata = JSON.object(try body.members("data") ?? [:])
        let client = Client(request, context)
        do {
            let user = try await identity.signUp(email: email, password: password, metadata: metadata, from: client)
            guard user.emailConfirmedAt != nil else { return .json(AuthBody.user(user)) }
            return .json(AuthBody.session(try await identity.sessions.start(for: user.id, from: client)))
        } catch SignUpError.taken where identity.signUp.confirmsByMail {
            return .json(AuthBody.placeholder(identity.signUp.nobody(email: email, metadata: metadata)))
        }
    }

    private func refusal(of body: JSON) throws(AuthError) -> AuthError {
        if let phone = try body.text("phone"), !phone.isEmpty {
            return AuthError(.badRequest, "phone_provider_disabled", "Phone signups are disabled")
        }
        // Who sends a password forgot the address, and did not ask for a user without one.
        if try body.text("password")?.isEmpty == false {
            return AuthError(.badRequest, "validation_failed", "Signup requires an email address")
        }
        return AuthError(.unprocessableContent, "anonymous_provider_disabled", "Anonymous sign-ins are disabled")
    }
}
