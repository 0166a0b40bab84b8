import Core
import Foundation
import TestSupport
import Testing

extension OneCLIServer {
    /// `darkroom audit --books` and the repairs, beside a running server.
    struct ReconciliationCommandTests {
        @Test func `the books are shown side by side, for people and for programs`() async throws {
            let server = try OneCLIServer.server()
            _ = try await server.signUp("books@example.com")

            let text = try await server.run("audit", "--books")
            let json = try await server.run("audit", "--books", "--json", "--from", "2026-01-01", "--to", "2026-02-01")

            #expect(text.code == 0, "\(text.output)\(text.errors)")
            #expect(
                text.output.contains("ok      ledger transactions compared with their entries: ")
                    && text.output.contains("The books balance."))
            let books = try JSON(parsing: json.output)
            #expect(json.code == 0 && books["clean"] == true && books["from"] == "2026-01-01T00:00:00.000Z")
            #expect(books["sections"]?.array?.allSatisfy { $0["matchRate"] == 1 } == true)
        }

        @Test
        func `the books of the database need no server and no Stripe, also with the Stripe emulator`() async throws {
            let folder = try TemporaryFolder()
            let made = try await CLIRun.run(["migrate"], in: folder.path)

            let books = try await CLIRun.run(["audit", "--books"], in: folder.path)
            let withStripe = try await CLIRun.run(["audit", "--books", "--stripe"], in: folder.path)

            #expect(made.code == 0, "\(made.errors)")
            #expect(books.code == 0 && books.output.contains("The books balance."), "\(books.errors)")
            #expect(
                withStripe.code == 1 && withStripe.errors.contains("Start 'darkroom serve'"), "\(withStripe.errors)")
        }

        @Test func `books that are in order need no repair`() async throws {
            let server = try OneCLIServer.server()

            let run = try await server.run("admin", "repair", "reservations")
            let dry = try await server.run("admin", "repair", "reservations", "--dry-run")

            #expect(run.code == 0 && run.output == "There is nothing to repair.\n", "\(run.errors)")
            #expect(dry.code == 0 && dry.output == run.output)
        }

        @Test func `with the server's settings Stripe is asked too`() async throws {
            let server = try OneCLIServer.server()
            try await FakeStripe.with(FakeTime()) { stripe, url in
                let environment = [
                    "STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_WEBHOOK_SECRET": "whsec_x", "DARKROOM_STRIPE_URL": url,
                ]

                let books = try await server.run("audit", "--books", "--stripe", environment: environment)
                let repair = try await server.run("admin", "repair", "purchases", environment: environment)
                let named = try await server.run("admin", "repair", "purchases", "cs_none", environment: environment)

                #expect(
                    books.code == 0
                        && books.output.contains("purchases compared with Stripe's list of payments: 0 of 0 match"),
                    "\(books.errors)")
                #expect(repair.code == 0 && repair.output == "There is nothing to repair.\n", "\(repair.errors)")
                #expect(
                    named.code == 1 && named.output.contains("cs_none: not changed: Stripe has no such payment"),
                    "\(named.errors)")
            }
        }

        @Test(arguments: [
            (["audit", "--stripe"], Int32(2), "require --books"),
            (["audit", "--from", "2026-01-01"], 2, "require --books"),
            (["audit", "--books", "--from", "yesterday"], 2, "must be a time"),
            (["audit", "--books", "--from", "2026-02-01", "--to", "2026-01-01"], 2, "--from must be before --to"),
            (["admin", "repair", "purchases", "ch_1"], 2, "neither a Checkout Session"),
            (["admin", "repair", "purchases", "cs_1", "--from", "2026-01-01"], 2, "not both"),
        ])
        func `what cannot be meant is refused in a sentence`(
            arguments: [String], code: Int32, sentence: String
        ) async throws {
            let server = try OneCLIServer.server()

            let run = try await CLIRun.run(arguments, in: server.folder.path)

            #expect(run.code == code && run.errors.contains(sentence), "\(run.errors)")
            #expect(run.output.isEmpty)
        }
    }
}
