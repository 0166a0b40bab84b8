import Core
import HTTPTypes

extension EditUsers.Change {
    /// From the body of `PUT /auth/v1/admin/users/{id}`. What Supabase has and this server has not is refused where it
    /// would do something, and ignored otherwise.
    init(_ body: JSON, now: Instant) throws(AuthError) {
        try Self.refuseUnsupported(body)
        self.init(
            email: try body.text("email").flatMap { $0.isEmpty ? nil : $0 },
            confirmsEmail: body["email_confirm"]?.bool ?? false,
            password: try body.text("password").flatMap { $0.isEmpty ? nil : $0 },
            metadata: try body.members("user_metadata"), role: try Self.role(body.members("app_metadata") ?? [:]),
            access: try Self.access(body.text("ban_duration"), now: now))
    }

    private static func refuseUnsupported(_ body: JSON) throws(AuthError) {
        if let phone = try body.text("phone"), !phone.isEmpty {
            throw AuthError(.unprocessableContent, "phone_provider_disabled", "Phone numbers are not supported")
        }
        if let role = try body.text("role"), !["", AuthBody.role].contains(role) {
            throw AuthError(
                .badRequest, "validation_failed",
                "role must be \(AuthBody.role). An administrator has the role admin in app_metadata.")
        }
        if let hash = try body.text("password_hash"), !hash.isEmpty {
            throw AuthError(.badRequest, "validation_failed", "password_hash is not supported: send a password")
        }
    }

    /// `app_metadata` is what the server says about a user. Its `role` can be changed, and the rest may be sent back.
    private static func role(_ members: [String: JSON]) throws(AuthError) -> PlatformRole? {
        for (name, value) in members where name != "role" {
            guard User.fixedAppMetadata[name] == value else {
                throw AuthError(
                    .badRequest, "validation_failed",
                    "app_metadata can change the role only. Put other members into user_metadata.")
            }
        }
        guard let value = members["role"] else { return nil }
        guard let role = value.string.flatMap({ PlatformRole(rawValue: $0) }) else {
            throw AuthError(.badRequest, "validation_failed", "app_metadata.role must be user or admin")
        }
        return role
    }

    private static func access(_ text: String?, now: Instant) throws(AuthError) -> UserAccess? {
        guard let text, !text.isEmpty else { return nil }
        guard let access = BanDuration.access(text, now: now) else {
            throw AuthError(
                .badRequest, "validation_failed",
                "invalid format for ban duration: it must be none, or a duration such as 24h or 1h30m")
        }
        return access
    }
}
