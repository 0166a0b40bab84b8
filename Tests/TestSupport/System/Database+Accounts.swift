package import Core
import Crypto
import Foundation
package import SQL

extension Database {
    /// An account of its own with a key, put straight into the database: many tests share a server, and nobody may sign
    /// up as often as that.
    package func makeAccount(credits: Int64, plan: String) async throws -> (account: ID<Account>, key: String) {
        let now = Time.system.now()
        let id = ID<User>.make(at: now)
        let account = ID<Account>(rawValue: id.rawValue)
        let secret = "dk_test" + UUID().uuidString.replacing("-", with: "")
        let digest = Hex.text(SHA256.hash(data: Data(secret.utf8)))
        try await write(order: .account(account)) { transaction in
            try transaction.execute("""
                INSERT INTO users (id, email, email_key, role, metadata, created_at, updated_at)
                VALUES ($1, $2, $2, 'user', '{}', $3, $3)
                """, id, "\(id)@example.com", now)
            try transaction.execute("""
                INSERT INTO accounts (id, name, personal_user_id, plan, created_at) VALUES ($1, 'Test', $1, $2, $3)
                """, account, plan, now)
            try transaction.execute(
                """
                    INSERT INTO members (account_id, user_id, role, created_at) VALUES ($1, $2, 'owner', $3)
                    """, account, id, now)
            try transaction.ledger.openBalance(of: account, now: now)
            if credits > 0 {
                try transaction.ledger.grant(.bonus, .whole(credits), to: account, key: "test:\(id)", now: now)
            }
            try transaction.execute("""
                INSERT INTO api_keys (id, account_id, created_by, name, hash, prefix, created_at)
                VALUES ($1, $2, $3, 'tests', $4, 'dk_test', $5)
                """, ID<APIKey>.make(at: now), account, id, digest, now)
        }
        return (account, secret)
    }
}
