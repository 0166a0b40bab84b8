import Core
import HTTPTypes
import Hummingbird

/// `/auth/v1/admin/users`: for the operator's own servers, with the service-role key.
struct AdminUsersRoute: Sendable {
    private let identity: Accounts
    private let time: Time

    init(_ identity: Accounts, time: Time) {
        self.identity = identity
        self.time = time
    }

    @Sendable func list(_ request: Request, context: AppContext) async throws -> Response {
        try context.requireServiceRole()
        let page = try number("page", of: request, default: 1, in: 1...1_000_000)
        let size = try number("per_page", of: request, default: 50, in: 1...1000)
        let (users, total) = try await identity.users.list(page: page, size: size)
        var response = Response.json(["users": .array(users.map(AuthBody.user)), "aud": "authenticated"] as JSON)
        response.headers[.totalCount] = String(total)
        response.headers[.link] = links(page: page, size: size, total: total)
        return response
    }

    @Sendable func show(_ request: Request, context: AppContext) async throws -> Response {
        try context.requireServiceRole()
        guard let user = try await identity.users.find(id(context)) else { throw UserError.notFound }
        return .json(AuthBody.user(user))
    }

    @Sendable func create(_ request: Request, context: AppContext) async throws -> Response {
        try context.requireServiceRole()
        let body = try await request.authBody()
        guard let email = try body.text("email") else {
            throw AuthError(.badRequest, "validation_failed", "Cannot create a user without an email")
        }
        do {
            let user = try await identity.signUp.create(
                email: email, password: try body.text("password"),
                metadata: .object(try body.members("user_metadata") ?? [:]),
                isConfirmed: body["email_confirm"]?.bool ?? !identity.signUp.confirmsByMail, by: .serviceRole)
            return .json(AuthBody.user(user))
        } catch SignUpError.taken {
            throw AuthError.emailExists
        }
    }

    @Sendable func change(_ request: Request, context: AppContext) async throws -> Response {
        try context.requireServiceRole()
        let id = try id(context)
        let change = try EditUsers.Change(try await request.authBody(), now: time.now())
        return .json(AuthBody.user(try await identity.editUsers(id, change, by: .serviceRole)))
    }

    @Sendable func delete(_ request: Request, context: AppContext) async throws -> Response {
        try context.requireServiceRole()
        try await identity.users.delete(id(context))
        return .json([:] as JSON)
    }

    private func id(_ context: AppContext) throws(AuthError) -> ID<User> {
        guard let id = context.parameters.get("id").flatMap({ ID<User>(checking: $0) }) else {
            throw AuthError(.badRequest, "validation_failed", "user_id must be an UUID")
        }
        return id
    }

    private func number(
        _ name: String, of request: Request, default usual: Int, in range: ClosedRange<Int>
    ) throws(AuthError) -> Int {
        guard let text = request.uri.queryParameters[name[...]], !text.isEmpty else { return usual }
        guard let number = Int(text), range.contains(number) else {
            throw AuthError(
                .badRequest, "validation_failed",
                "\(name) must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func links(page: Int, size: Int, total: Int) -> String {
        let last = max(1, (total + size - 1) / size)
        func link(_ page: Int, _ relation: String) -> String {
            "</auth/v1/admin/users?page=\(page)&per_page=\(size)>; rel=\"\(relation)\""
        }
        return ((page < last ? [link(page + 1, "next")] : []) + [link(last, "last")]).joined(separator: ", ")
    }
}
