import Core
import Crypto
import Foundation
import SQL

/// Those who call a running server.
extension RunningServer {
    package var anybody: Caller { Caller(url: url, bearer: nil, client: client) }

    /// The first administrator, signed in: 1,000 credits and no limit to jobs an hour.
    package func administrator() async throws -> Caller {
        try await signIn(RunningServer.administrator.email, RunningServer.administrator.password)
    }

    package func signUp(_ email: String, password: String = "correct horse") async throws -> Caller {
        try await session("/auth/v1/signup", email, password)
    }

    package func signIn(_ email: String, _ password: String) async throws -> Caller {
        try await session("/auth/v1/token?grant_type=password", email, password)
    }

    private func session(_ path: String, _ email: String, _ password: String) async throws -> Caller {
        let answer = try await anybody.post(path, ["email": .string(email), "password": .string(password)])
        guard let token = answer["access_token"]?.string else { throw Unexpected("no session: \(answer.status) \(answer.text)") }
        return Caller(url: url, bearer: token, client: client)
    }

    /// An account of its own with a key, put straight into the database: many tests share a server, and nobody may sign
    /// up as often as that.
    package func account(credits: Int64 = 1000, plan: String = "enterprise") async throws -> Caller {
        let now = Time.system.now()
        let id = ID<User>.make(at: now)
        let account = ID<Account>(rawValue: id.rawValue)
        let secret = "dk_test" + UUID().uuidString.replacing("-", with: "")
        let digest = Hex.text(SHA256.hash(data: Data(secret.utf8)))
        try await withDatabase { database in
            try await database.write(order: .alone) { transaction in
                try transaction.execute("""
                    INSERT INTO users (id, email, email_key, role, metadata, created_at, updated_at)
                    VALUES ($1, $2, $2, 'user', '{}', $3, $3)
                    """, id, "\(id)@example.com", now)
                try transaction.execute("""
                    INSERT INTO accounts (id, name, personal_user_id, plan, created_at) VALUES ($1, 'Test', $1, $2, $3)
                    """, account, plan, now)
                try transaction.execute(
                    "INSERT INTO members (account_id, user_id, role, created_at) VALUES ($1, $2, 'owner', $3)", account, id, now)
                try transaction.openBalance(of: account, now: now)
                if credits > 0 { try transaction.grant(.bonus, .whole(credits), to: account, key: "test:\(id)", now: now) }
                try transaction.execute("""
                    INSERT INTO api_keys (id, account_id, created_by, name, hash, prefix, created_at)
                    VALUES ($1, $2, $3, 'tests', $4, 'dk_test', $5)
                    """, ID<APIKey>.make(at: now), account, id, digest, now)
            }
        }
        return Caller(url: url, bearer: secret, account: account, client: client)
    }
}
