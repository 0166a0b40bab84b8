import AsyncHTTPClient
import Core
import Foundation
import TestSupport
import Testing

extension OneCLIServer {
    /// `darkroom admin` beside a running server.
    struct AdminTests {
        @Test func `a new user can sign in with the password that was printed`() async throws {
            let server = try OneCLIServer.server()

            let run = try await server.run("admin", "create-user", "grace@example.com")

            #expect(run.code == 0, "\(run.errors)")
            #expect(run.output.contains("Created user grace@example.com"))
            #expect(run.output.contains("with 10.00 credits"))
            let password = try #require(
                run.output.split(separator: "Password (shown this once): ").last?.split(separator: "\n").first)
            let response = try await server.anybody.postPassword(
                "/auth/v1/token?grant_type=password",
                ["email": "grace@example.com", "password": .string(String(password))])
            #expect(response.status == 200)
        }

        @Test func `a password may come from standard input, and is not printed`() async throws {
            let server = try OneCLIServer.server()

            let run = try await server.run(
                "admin", "create-user", "ops@example.com", "--admin", "--password", "-", input: "correct horse\n")

            #expect(run.code == 0, "\(run.errors)")
            #expect(run.output.contains("Created administrator ops@example.com"))
            #expect(!run.output.contains("correct horse"))
        }

        @Test
        func `a forgotten password is replaced, and a disabled user is out until they are enabled`() async throws {
            let server = try OneCLIServer.server()
            _ = try await server.signUp("lin@example.com")
            func signIn(_ password: String) async throws -> Int {
                try await server.anybody.postPassword(
                    "/auth/v1/token?grant_type=password",
                    ["email": "lin@example.com", "password": .string(password)]).status
            }

            let set = try await server.run(
                "admin", "set-password", "lin@example.com", "--password", "-", input: "battery staple\n")
            #expect(set.code == 0 && !set.output.contains("battery staple"), "\(set.errors)")
            #expect(try await signIn("battery staple") == 200)
            #expect(try await signIn("correct horse") == 400)

            let generated = try await server.run("admin", "set-password", "lin@example.com")
            let password = try #require(
                generated.output.split(separator: "Password (shown this once): ").last?.split(separator: "\n").first)
            #expect(try await signIn(String(password)) == 200)

            #expect(try await server.run("admin", "disable-user", "lin@example.com").code == 0)
            #expect(try await signIn(String(password)) == 403)
            #expect(try await server.run("admin", "enable-user", "lin@example.com").code == 0)
            #expect(try await signIn(String(password)) == 200)
        }

        @Test func `users are listed, and an administrator is made and unmade`() async throws {
            let server = try OneCLIServer.server()
            _ = try await server.signUp("mia@example.com")
            func mia() async throws -> JSON? {
                let run = try await server.run("admin", "list-users", "--search", "mia@", "--json")
                return try JSON(parsing: run.output)["users"]?.array?.first
            }

            #expect(try await mia()?["role"] == "user")
            let made = try await server.run("admin", "make-admin", "mia@example.com")
            #expect(made.output.contains("is an administrator"))
            #expect(try await mia()?["role"] == "admin")
            #expect(try await server.run("admin", "make-admin", "mia@example.com", "--remove").code == 0)
            #expect(try await mia()?["role"] == "user")
            let text = try await server.run("admin", "list-users", "--search", "mia@").output
            #expect(text.hasPrefix("EMAIL") && text.contains("mia@example.com") && text.contains("1 user."))
        }

        @Test func `a key is made for a program, and the anon key is shown without the other`() async throws {
            let server = try OneCLIServer.server()

            let made = try await server.run("admin", "create-key", "--name", "shop", "--json")
            let keys = try await server.run("admin", "keys", "--json")

            let key = try #require(try JSON(parsing: made.output)["key"]?.string)
            let user = APIUser(url: server.url, bearer: key, client: .shared)
            #expect(try await user.get("/api/credits/balance").status == 200)
            let secrets = try JSON(parsing: try Data(contentsOf: URL(filePath: server.data + "/secrets.json")))
            #expect(try JSON(parsing: keys.output)["anonKey"] == secrets["anonKey"])
            #expect(!keys.output.contains(secrets["serviceRoleKey"]?.string ?? "?"))
            #expect(keys.output.contains("./data/secrets.json"))
        }

        @Test(arguments: [
            "create-user", "list-users", "set-password", "disable-user", "enable-user", "make-admin", "create-key",
            "keys",
        ])
        func `each command explains itself with an example`(command: String) async throws {
            let server = try OneCLIServer.server()

            let run = try await server.run("admin", command, "--help")

            #expect(run.code == 0 && run.output.contains("darkroom admin \(command) "), "\(run.output)")
            #expect(run.output.contains("Example"))
        }

        @Test func `credits are granted once under one key`() async throws {
            let server = try OneCLIServer.server()
            _ = try await server.signUp("ada@example.com")

            let first = try await server.run(
                "admin", "grant", "ada@example.com", "25.50", "--bonus", "--expires-in", "30", "--key", "invoice-7")
            let again = try await server.run("admin", "grant", "ada@example.com", "25.50", "--key", "invoice-7")
            let other = try await server.run("admin", "grant", "ada@example.com", "30", "--key", "invoice-7")
            let unnamed = try await server.run("admin", "grant", "ada@example.com", "1")

            #expect(first.output.contains("Granted 25.50 credits"))
            #expect(first.output.contains("35.50 available"))
            #expect(again.code == 0)
            #expect(again.output.contains("Nothing was changed"))
            #expect(other.code == 1)
            #expect(unnamed.output.contains("36.50 available"))
            #expect(try await server.run("audit").code == 0)
        }

        @Test func `a balance is explained, now and before`() async throws {
            let server = try OneCLIServer.server()
            _ = try await server.signUp("eve@example.com")
            let before = Time.system.now()
            // The next line of the ledger is of a later millisecond: a process starts in between.
            _ = try await server.run("admin", "grant", "eve@example.com", "25.50", "--key", "for eve")

            let now = try await server.run("admin", "explain", "eve@example.com")
            let then = try await server.run("admin", "explain", "eve@example.com", "--at", before.text)
            let never = try await server.run("admin", "explain", "eve@example.com", "--at", "yesterday")

            #expect(now.code == 0 && now.output.contains("35.50 available, 0.00 reserved, in 2 lots"), "\(now.errors)")
            #expect(now.output.contains("adjustment of 25.50, does not expire: 25.50 available"))
            #expect(now.output.contains("bonus  available 10.00"))
            #expect(then.output.contains("10.00 available, 0.00 reserved, in 1 lot"))
            #expect(never.code == 2 && never.errors.contains("--at must be a time"))
        }

        @Test(arguments: [
            (["admin", "explain", "nobody@example.com"], Int32(1), "There is no user"),
            (["admin", "explain", "01900000-0000-7000-8000-000000000000"], 1, "There is no account"),
            (["admin", "grant", "nobody@example.com", "5"], 1, "There is no user"),
            (["admin", "grant", "01900000-0000-7000-8000-000000000000", "5"], 1, "There is no account"),
            (["admin", "grant", "nobody@example.com", "0"], 2, "a number above 0"),
            (["admin", "grant", "nobody@example.com", "1.234"], 2, "a number above 0"),
            (["admin", "grant", "nobody", "5"], 2, "neither an email address"),
            (["admin", "grant", "nobody@example.com", "-5"], 2, "a number above 0"),
            (["admin", "explain", "nobody@example.com", "--entries", "-1"], 2, "--entries must be"),
            (["admin", "create-user", "nonsense"], 2, "Use an address such as name@example.com"),
            (["admin", "create-user", "short@example.com", "--password", "abc"], 2, "too short"),
            (["admin", "set-password", "nobody@example.com"], 1, "There is no user 'nobody@example.com'"),
            (["admin", "set-password", "admin@localhost", "--password", "correct horse"], 2, "--password must be -"),
            (["admin", "disable-user", "nonsense"], 2, "neither an email address"),
            (["admin", "create-key", "nobody@example.com"], 1, "There is no user"),
            (["admin", "create-key", "01900000-0000-7000-8000-000000000000"], 1, "There is no account"),
            (["admin", "create-key", "--name", " "], 2, "--name must have"),
            (["admin", "list-users", "--limit", "0"], 2, "--limit must be"),
            (["serve", "--port", "99999"], 2, "--port must be a number from 1 to 65535, but is '99999'"),
            (["audit", "--log-level", "loud"], 2, "--log-level must be one of"),
            (["audit", "--data", "data/secrets.json"], 2, "a part of the path is a file"),
            (["admin", "create-user", "admin@localhost"], 1, "with this email address already exists"),
        ])
        func `what is wrong is reported in one sentence`(
            arguments: [String], code: Int32, message: String
        ) async throws {
            let server = try OneCLIServer.server()

            let run = try await CLIRun.run(arguments, in: server.folder.path)

            #expect(run.code == code)
            #expect(run.errors.contains(message), "\(run.errors)")
        }

        @Test func `the only administrator stays one, and can sign in`() async throws {
            // Of its own: in the shared one there may be another administrator by now.
            let server = try await CLIServer()
            for arguments in [["disable-user", "admin@localhost"], ["make-admin", "admin@localhost", "--remove"]] {
                let run = try await CLIRun.run(["admin"] + arguments, in: server.folder.path)
                #expect(run.code == 1 && run.errors.contains("the only administrator"), "\(run.output)\(run.errors)")
            }
            await server.stop()
        }

        @Test func `a folder without a database is left without one`() async throws {
            let folder = try TemporaryFolder()

            let run = try await CLIRun.run(
                ["admin", "grant", "ada@example.com", "5", "--data", "elsewhere"], in: folder.path)

            #expect(run.code == 2)
            #expect(run.errors.contains("There is no database at elsewhere/darkroom.sqlite"))
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/elsewhere"))
        }
    }
}
