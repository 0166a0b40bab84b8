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
            let response = try await server.anybody.post(
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
            (["admin", "create-user", "nonsense"], 1, "Use an address such as name@example.com"),
            (["admin", "create-user", "short@example.com", "--password", "abc"], 1, "too short"),
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
