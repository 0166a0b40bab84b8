import Core
import SQL
import Testing
import TestSupport

/// What PostgreSQL itself lets a client's query see and change: the table of rights, cell by cell.
@Suite(.enabled(if: TestEngine.available.contains(.postgres)))
struct ClientAccessTests {
    static let views = [
        "profiles", "user_roles", "credit_balances", "credits_ledger", "assets", "generation_jobs", "ai_jobs",
        "job_events",
        "generated_images",
    ]
    /// The cells that say no.
    static let denied = [
        "INSERT INTO profiles (id, name) VALUES ('{ann}', 'x')", "DELETE FROM profiles WHERE id = '{ann}'",
        "UPDATE profiles SET email = 'x@example.com'", "UPDATE profiles SET credits = 1000",
        "INSERT INTO user_roles (user_id, role) VALUES ('{ann}', 'admin')", "UPDATE user_roles SET role = 'admin'",
        "DELETE FROM user_roles",
        "INSERT INTO credit_balances (account_id, balance) VALUES ('{ann}', 1000)",
        "UPDATE credit_balances SET balance = 1000",
        "DELETE FROM credit_balances",
        "INSERT INTO credits_ledger (account_id, amount) VALUES ('{ann}', 1000)",
        "UPDATE credits_ledger SET amount = 1000",
        "DELETE FROM credits_ledger",
        "UPDATE assets SET path = 'elsewhere'", "UPDATE assets SET user_id = '{ann}' WHERE id = '{ben.upload}'",
        "INSERT INTO assets (id, path) VALUES ('{ann.upload}', 'x')",
        "INSERT INTO generation_jobs (user_id, prompt) VALUES ('{ann}', 'a free picture')",
        "UPDATE generation_jobs SET status = 'completed'", "DELETE FROM generation_jobs",
        "INSERT INTO ai_jobs (user_id, prompt) VALUES ('{ann}', 'a free picture')",
        "UPDATE ai_jobs SET status = 'completed'",
        "DELETE FROM ai_jobs",
        "INSERT INTO job_events (job_id, seq) VALUES ('{ann.job}', 9)", "UPDATE job_events SET status = 'completed'",
        "DELETE FROM job_events",
        "INSERT INTO generated_images (user_id) VALUES ('{ann}')", "UPDATE generated_images SET prompt = 'x'",
        "DELETE FROM generated_images",
        "INSERT INTO stripe_customers (account_id, stripe_customer_id) VALUES ('{ann}', 'cus_x')",
        "UPDATE stripe_customers SET stripe_customer_id = 'cus_x'", "DELETE FROM stripe_customers",
    ]

    @Test func `every view shows own rows and no others`() async throws {
        let access = try await ClientAccess()

        for view in Self.views {
            let own = try await access.asAnn("SELECT DISTINCT user_id FROM \(view)")
            #expect(own == .rows([access.ann.id]), "\(view)")
            let others = try await access.asAnn("SELECT count(*) FROM \(view) WHERE user_id = '{ben}'")
            #expect(others == .rows(["0"]), "\(view)")
            let nobodys = try await access.psql.client("SELECT count(*) FROM \(view)", user: "")
            #expect(nobodys == .rows(["0"]), "\(view)")
        }
    }

    @Test func `an account sees its own customer at Stripe, and no other's`() async throws {
        let access = try await ClientAccess()
        let made = try await access.psql.owner(access.filled("""
            INSERT INTO stripe_customers (account_id, environment, customer, created_at)
            VALUES ('{ann}', 'test', 'cus_ann', 0), ('{ben}', 'test', 'cus_ben', 0)
            """))
        try #require(made == .rows([]))

        #expect(try await access.asAnn("SELECT stripe_customer_id FROM stripe_customers") == .rows(["cus_ann"]))
    }

    @Test func `what the table of rights says no to is denied`() async throws {
        let access = try await ClientAccess()

        for statement in Self.denied {
            guard case .refused(let state, _) = try await access.asAnn(statement) else {
                Issue.record("was done: \(statement)"); continue
            }
            // No privilege, a column that is not to be written, a view that accepts no rows.
            #expect(["42501", "0A000", "55000"].contains(state), "\(statement)")
        }
        #expect(try await access.world.differences().isEmpty)
    }

    @Test func `the own profile's name and avatar can be changed, and no one else's`() async throws {
        let access = try await ClientAccess()

        let own = try await access.asAnn(
            "UPDATE profiles SET name = 'Ann', avatar_asset_id = '{ann.upload}' WHERE id = '{ann}' RETURNING name")
        let others = try await access.asAnn("UPDATE profiles SET name = 'Ann' WHERE id = '{ben}' RETURNING name")
        let borrowed = try await access.asAnn("UPDATE profiles SET avatar_asset_id = '{ben.upload}'")

        #expect(own == .rows(["Ann"]))
        #expect(others == .rows([]))
        #expect(borrowed == .refused(state: "23514", message: "there is no picture with this id among your assets"))
        #expect(
            try await access.psql.owner(access.filled("SELECT name FROM profiles WHERE user_id = '{ben}'"))
                == .rows(["Somebody"]))
    }

    @Test func `an own asset's name, tags and favorite can be changed, and no one else's`() async throws {
        let access = try await ClientAccess()

        let own = try await access.asAnn("""
            UPDATE assets SET name = 'dress.png', tags = '["red"]', favorite = true WHERE id = '{ann.upload}'
            RETURNING name, tags, favorite
            """)
        let others = try await access.asAnn(
            "UPDATE assets SET name = 'dress.png' WHERE id = '{ben.upload}' RETURNING name")
        let bad = try await access.asAnn("UPDATE assets SET name = '../dress.png'")

        #expect(own == .rows(["dress.png|[\"red\"]|t"]))
        #expect(others == .rows([]))
        #expect(
            bad == .refused(
                state: "23514", message: "a name has 1 to 255 bytes, without control characters and slashes"))
        let asset = try await access.world.database.read {
            try $0.files.asset(access.ann.upload, of: access.ann.actor.account)
        }
        #expect(asset?.name == "dress.png")
        #expect(asset?.tags == ["red"])
    }

    @Test func `names and tags follow the product's rules, and are found by the product`() async throws {
        let access = try await ClientAccess()
        func update(_ assignments: String) async throws -> Psql.Outcome {
            try await access.asAnn("UPDATE assets SET \(assignments) WHERE id = '{ann.upload}' RETURNING name, tags")
        }

        let cleaned = try await update(#"name = U&'\200Ex\202Egnp.exe', tags = '["r\u200eed", "a\u200cb"]'"#)
        #expect(cleaned == .rows(["xgnp.exe|[\"red\", \"a\u{200C}b\"]"]))
        let longest = String(repeating: "a", count: 255)
        #expect(try await update("name = '\(longest)', tags = '[\"red\"]'") == .rows(["\(longest)|[\"red\"]"]))
        for name in ["''", "' '", "'..'", "repeat('a', 256)", "'a/b'", "E'a\\nb'", #"U&'a\0085b'"#, #"U&'a\2028b'"#] {
            guard case .refused("23514", _) = try await update("name = \(name)") else {
                Issue.record("was taken: \(name)"); continue
            }
        }
        for tags in [#"'[""]'"#, #"'["\u200e"]'"#, #"'["a\nb"]'"#, "'[1]'", #"'"red"'"#, "NULL"] {
            guard case .refused("23514", _) = try await update("tags = \(tags)") else {
                Issue.record("was taken: \(tags)"); continue
            }
        }
        func found(_ tag: String) async throws -> [ID<Asset>] {
            try await access.world.database.read {
                try $0.files.page(of: access.ann.actor.account, AssetFilter(tag: tag), limit: 5).assets.map(\.id)
            }
        }
        #expect(try await found("red") == [access.ann.upload])
        #expect(try await found("r\u{200E}ed") == [])
        _ = try await access.asAnn("DELETE FROM assets WHERE id = '{ann.upload}'")
        #expect(try await found("red") == [])
        #expect(try await access.psql.owner("SELECT count(*) FROM asset_tags") == .rows(["0"]))
    }

    @Test func `an insert adopts an own upload, and nothing else`() async throws {
        let access = try await ClientAccess()
        let path = try #require(
            try await access.world.database.read {
                try $0.files.asset(access.ann.upload, of: access.ann.actor.account)
            })
            .key.description.dropFirst("uploads/".count)

        let adopted = try await access.asAnn(
            "INSERT INTO assets (path, name) VALUES ('\(path)', 'mine.png') RETURNING id, name")
        let missing = try await access.asAnn("INSERT INTO assets (path, name) VALUES ('{ann}/none.png', 'mine.png')")
        let others = try await access.psql.client(
            "INSERT INTO assets (path, name) VALUES ('\(path)', 'mine.png')", user: access.ben.id)
        let output = try await access.asAnn("""
            INSERT INTO assets (bucket, path, name) SELECT 'outputs', path, 'mine.png' FROM assets
            WHERE job_id IS NOT NULL
            """)

        let refusal = Psql.Outcome.refused(
            state: "23514", message: "there is no upload of yours at this path; store the file first")
        #expect(adopted == .rows(["\(access.ann.upload)|mine.png"]))
        #expect([missing, others, output] == [refusal, refusal, refusal])
        #expect(try await access.psql.owner("SELECT count(*) FROM assets") == .rows(["4"]))
    }

    @Test func `an own asset can be deleted, its bytes with it, and no one else's`() async throws {
        let access = try await ClientAccess()

        let own = try await access.asAnn("DELETE FROM assets WHERE id = '{ann.upload}' RETURNING id")
        let others = try await access.asAnn("DELETE FROM assets WHERE id = '{ben.upload}' RETURNING id")

        #expect(own == .rows([access.ann.upload.rawValue]))
        #expect(others == .rows([]))
        #expect(try await access.psql.owner("SELECT count(*) FROM assets WHERE deleted_at IS NOT NULL") == .rows(["1"]))
        let written = try await access.psql.owner(
            access.filled("SELECT count(*) FROM file_deletions WHERE key LIKE 'uploads/{ann}/%'"))
        #expect(written == .rows(["1"]))
        let usage = try await access.psql.owner(
            access.filled("SELECT files FROM storage_usage WHERE account_id = '{ann}'"))
        #expect(usage == .rows(["1"]))
    }

    @Test func `thumbnails of a deleted asset are removed with it, unless they are being stored`() async throws {
        let access = try await ClientAccess()
        _ = try await access.psql.owner(access.filled("""
            UPDATE assets SET thumb_hash = 'x', color = 0, perceptual_hash = 'x', preview_due_at = 5
            WHERE id = '{ann.upload}'
            """))
        _ = try await access.psql.owner(access.filled("""
            INSERT INTO file_deletions (key, due_at) VALUES ('thumbnails/{ann}/{ann.upload}/640.webp', 9000000000000)
            """))

        _ = try await access.asAnn("DELETE FROM assets WHERE id = '{ann.upload}'")

        let later = "SELECT count(*) FROM file_deletions WHERE key LIKE 'thumbnails/{ann}/{ann.upload}/%.webp'"
        #expect(try await access.psql.owner(access.filled(later)) == .rows(["3"]))
        #expect(try await access.psql.owner(access.filled(later + " AND due_at = 9000000000000")) == .rows(["1"]))
        let due = try await access.psql.owner(access.filled("""
            SELECT count(*) FROM assets
            WHERE id = '{ann.upload}' AND preview_priority IS NULL AND preview_due_at IS NULL AND deleted_at IS NOT NULL
            """))
        #expect(due == .rows(["1"]))
    }

    @Test func `a file that a living job needs is not deleted`() async throws {
        let access = try await ClientAccess()
        let request = JobRequest(
            kind: "background_removal", parameters: ["inputAssetId": .string(access.ann.upload.rawValue)])
        _ = try await access.world.submitJob([request], by: access.ann.actor)

        let response = try await access.asAnn("DELETE FROM assets WHERE id = '{ann.upload}'")

        #expect(response == .refused(state: "55006", message: "a job that has not ended still needs this file"))
    }

    @Test func `another account is seen by its members alone`() async throws {
        let access = try await ClientAccess()
        let mine = "SELECT DISTINCT account_id FROM generation_jobs"

        let stranger = try await access.asAnn(mine, account: access.ben.id)
        _ = try await access.psql.owner(
            access.filled(
                "INSERT INTO members (account_id, user_id, role, created_at) VALUES ('{ben}', '{ann}', 'member', 0)"))
        let member = try await access.asAnn(mine, account: access.ben.id)
        _ = try await access.psql.owner(access.filled("UPDATE users SET disabled_at = 1 WHERE id = '{ann}'"))
        let disabled = try await access.asAnn(mine, account: access.ben.id)

        #expect(stranger == .rows([]))
        #expect(member == .rows([access.ben.id]))
        #expect(disabled == .rows([]))
    }

    /// A new table is accessible to nobody until a line here says otherwise.
    @Test func `no table is written to directly, and only these can be read at all`() async throws {
        let access = try await ClientAccess()

        let readable = try await access.psql.owner("""
            SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
            AND has_any_column_privilege('darkroom_client', oid, 'SELECT') ORDER BY 1
            """)
        let writable = try await access.psql.owner("""
            SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
            AND (has_any_column_privilege('darkroom_client', oid, 'INSERT, UPDATE')
                OR has_table_privilege('darkroom_client', oid, 'DELETE, TRUNCATE, TRIGGER'))
            """)
        let unguarded = try await access.psql.owner("""
            SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
                AND NOT relrowsecurity
            AND has_any_column_privilege('darkroom_client', oid, 'SELECT')
            """)
        let secrets = try await access.psql.owner("""
            SELECT has_column_privilege('darkroom_client', 'users', 'password_hash', 'SELECT')
            """)

        #expect(
            readable == .rows(
                ["assets", "balances", "job_events", "jobs", "profiles", "stripe_customers", "transactions", "users"]))
        #expect(writable == .rows([]))
        #expect(unguarded == .rows([]))
        #expect(secrets == .rows(["f"]))
    }
}
