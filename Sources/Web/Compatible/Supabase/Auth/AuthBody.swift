import Core
import HTTPTypes
import Hummingbird

/// Supabase's objects. Clients validate them strictly, and fail on members that are absent where they expect null.
enum AuthBody {
    /// Of every user, in Supabase's own sense of a role.
    static let role = "authenticated"

    static func session(_ signedIn: SignedIn) -> JSON {
        [
            "access_token": .string(signedIn.accessToken),
            "token_type": "bearer",
            "expires_in": .integer(Tokens.lifetime.components.seconds),
            "expires_at": .integer(signedIn.expiresAt.seconds),
            "refresh_token": .string(signedIn.refreshToken),
            "user": user(signedIn.user),
        ]
    }

    static func user(_ user: User) -> JSON {
        .object(members(of: user, identities: [identity(of: user)]))
    }

    /// For an address that is taken, while new addresses are confirmed by mail: nobody learns from it that there is an
    /// account.
    static func placeholder(_ user: User) -> JSON {
        .object(members(of: user, identities: []))
    }

    private static func members(of user: User, identities: [JSON]) -> [String: JSON] {
        var members: [String: JSON] = [
            "id": .string(user.id.rawValue), "aud": "authenticated", "role": .string(role),
            "email": .string(user.email), "phone": "", "app_metadata": user.appMetadata, "user_metadata": user.metadata,
            "identities": .array(identities), "created_at": .string(user.createdAt.text),
            "updated_at": .string(user.updatedAt.text), "is_anonymous": false,
        ]
        members["email_confirmed_at"] = user.emailConfirmedAt.map { .string($0.text) }
        members["confirmed_at"] = members["email_confirmed_at"]
        members["last_sign_in_at"] = user.lastSignInAt.map { .string($0.text) }
        if user.disabledAt != nil {
            // Without an end, until an operator enables the user again.
            members["banned_until"] = .string(user.disabledUntil?.text ?? "9999-12-31T23:59:59.000Z")
        }
        return members
    }

    private static func identity(of user: User) -> JSON {
        let id = JSON.string(user.id.rawValue)
        return [
            "identity_id": id, "id": id, "user_id": id, "provider": "email", "email": .string(user.email),
            "identity_data": [
                "sub": id, "email": .string(user.email), "email_verified": .bool(user.emailConfirmedAt != nil),
                "phone_verified": false,
            ],
            "created_at": .string(user.createdAt.text), "updated_at": .string(user.updatedAt.text),
            "last_sign_in_at": user.lastSignInAt.map { .string($0.text) } ?? .null,
        ]
    }
}

extension JSON {
    /// A member that is text, or absent: clients send null for what they leave out.
    func text(_ name: String) throws(AuthError) -> String? {
        switch self[name] {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw AuthError(.badRequest, "validation_failed", "\(name) must be a string")
        }
    }

    func members(_ name: String) throws(AuthError) -> [String: JSON]? {
        switch self[name] {
        case nil, .null: return nil
        case .object(let members): return members
        default: throw AuthError(.badRequest, "validation_failed", "\(name) must be an object")
        }
    }
}

extension Request {
    /// An auth request's body: an object.
    func authBody() async throws -> JSON {
        let body = try await json()
        guard body.object != nil else {
            throw AuthError(.badRequest, "bad_json", "Could not parse request body as JSON: an object is expected")
        }
        return body
    }
}
