import Core
import HTTPTypes
import Testing

/// In which headers a credential may come, and which of several counts.
struct CredentialHeaderTests {
    @Test func `a token or a key comes as bearer, as other clients write it, or as the project's key`() async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()
            let made = try await world.send(.post, "/api/keys", ["name": "n"], bearer: session.accessToken)
            let (token, key) = (session.accessToken, made["key"]?.string ?? "")
            let (anon, service) = (world.identity.secrets.anonKey, world.identity.secrets.serviceRoleKey)

            func expect(_ expected: String, _ headers: [String: String]) async throws {
                let response = try await world.send(.get, "/api/whoami", headers: headers)
                let outcome = response.status == 200 ? "ok" : response.code
                #expect(outcome == expected, "\(headers.mapValues { $0.prefix(12) })")
            }
            func bearer(_ expected: String, _ value: String, account: String? = nil) async throws {
                var headers = ["Authorization": value]
                headers["Darkroom-Account"] = account
                try await expect(expected, headers)
            }

            for scheme in ["Bearer ", "bearer ", "BEARER  ", "Token "] { try await bearer("ok", scheme + token) }
            try await bearer("ok", "Bearer \(key)")
            try await expect("ok", ["apikey": key])
            try await expect("ok", ["apikey": anon, "Authorization": "Bearer \(token)"])
            try await expect("ok", ["apikey": key, "Authorization": "Bearer \(key)"])
            try await expect("unauthorized", [:])
            for value in ["Basic \(token)", token, "Bearer", "Bearer ", ""] { try await bearer("unauthorized", value) }
            // As Supabase's clients send it while nobody is signed in; and the operator's own server has no account.
            for project in [anon, service, "other", ""] {
                try await expect("unauthorized", ["apikey": project])
                try await expect("unauthorized", ["apikey": project, "Authorization": "Bearer \(project)"])
            }
            for value in ["\(token)x", String(token.dropLast()), "\(token) \(token)", "other", "."] {
                try await bearer("invalid_token", "Bearer \(value)")
            }
            for value in ["\(key)x", "dk_", "dk_" + String(repeating: "a", count: 500), "dk_é"] {
                try await bearer("invalid_key", "Bearer \(value)")
            }
            for secret in [token, key] {
                try await bearer("not_found", "Bearer \(secret)", account: "nonsense")
                try await bearer("not_found", "Bearer \(secret)", account: ID<Account>.random().rawValue)
            }
        }
    }

    @Test func `a route that needs nobody does not mind a credential that proves nothing`() async throws {
        try await AuthWorld.run { world in
            for bearer in [nil, "nonsense", "dk_nonsense", world.identity.secrets.anonKey] {
                for path in ["/api/kinds", "/health/live"] {
                    let response = try await world.send(.get, path, bearer: bearer)
                    #expect(response.status == 200, "\(path)")
                }
            }
        }
    }
}
