import Core
import SQL

/// Those who call a running server.
extension RunningServer {
    package var anybody: APIUser { APIUser(url: url, bearer: nil, client: client) }

    /// The first administrator, signed in: 1,000 credits and no limit to jobs an hour.
    package func administrator() async throws -> APIUser {
        try await signIn(RunningServer.administrator.email, RunningServer.administrator.password)
    }

    package func signUp(_ email: String, password: String = "correct horse") async throws -> APIUser {
        try await session("/auth/v1/signup", email, password)
    }

    package func signIn(_ email: String, _ password: String) async throws -> APIUser {
        try await session("/auth/v1/token?grant_type=password", email, password)
    }

    private func session(_ path: String, _ email: String, _ password: String) async throws -> APIUser {
        let response = try await anybody.postPassword(path, ["email": .string(email), "password": .string(password)])
        guard let token = response["access_token"]?.string else {
            throw Unexpected("no session: \(response.status) \(response.text)")
        }
        return APIUser(url: url, bearer: token, client: client)
    }

    /// An account of its own with a key.
    package func account(credits: Int64 = 1000, plan: String = "enterprise") async throws -> APIUser {
        let made = try await withDatabase { try await $0.makeAccount(credits: credits, plan: plan) }
        return APIUser(url: url, bearer: made.key, account: made.account, client: client)
    }
}
