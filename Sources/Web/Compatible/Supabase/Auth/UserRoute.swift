import Core
import HTTPTypes
import Hummingbird

/// `GET` and `PUT /auth/v1/user`
struct UserRoute: Sendable {
    private let users: Users

    init(_ users: Users) {
        self.users = users
    }

    @Sendable func show(_ request: Request, context: AppContext) async throws -> Response {
        let (id, _) = try context.signedIn()
        guard let user = try await users.find(id) else {
            throw AuthError(.forbidden, "user_not_found", "User from sub claim in JWT does not exist")
        }
        return .json(AuthBody.user(user))
    }

    @Sendable func change(_ request: Request, context: AppContext) async throws -> Response {
        let (id, session) = try context.signedIn()
        let body = try await request.authBody()
        try await refuseNewAddress(body, of: id)
        let change = Users.Change(
            metadata: try body.members("data"), password: try body.text("password"),
            currentPassword: try body.text("current_password"))
        let user = try await users.change(id, change, in: session, from: Client(request, context))
        return .json(AuthBody.user(user))
    }

    private func refuseNewAddress(_ body: JSON, of id: ID<User>) async throws {
        if let phone = try body.text("phone"), !phone.isEmpty {
            throw AuthError(.unprocessableContent, "phone_provider_disabled", "Phone numbers are not supported")
        }
        guard let email = try body.text("email"), let user = try await users.find(id) else { return }
        guard EmailAddress(email)?.key == user.email.lowercased() else { throw UserError.emailChangeUnavailable }
    }
}
