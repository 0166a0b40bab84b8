package import SQL
import Foundation

/// PostgreSQL's own client on a test's database: past all of the product's code, as anyone with the connection could.
package struct Psql: Sendable {
    /// The outcome of a statement.
    package enum Outcome: Sendable, Hashable {
        /// The rows, their columns separated by bars; empty for a statement that returns none.
        case rows([String])
        /// The five characters that PostgreSQL distinguishes errors by.
        case refused(state: String, message: String)
    }

    private let url: String
    private let schema: String
    private let folder: TemporaryFolder

    /// Throws if the test runs without PostgreSQL.
    package init(_ database: Database) async throws {
        guard let url = TestEngine.postgresURL, let slash = url.lastIndex(of: "/") else {
            throw Unexpected("DARKROOM_TEST_POSTGRES is not set, or names no database")
        }
        folder = try TemporaryFolder()
        let (name, schema): (String, String) = try await database.read {
            let row = try $0.queryOne("SELECT current_database() AS name, current_schema() AS schema")
            return (try row?.get("name") ?? "", try row?.get("schema") ?? "")
        }
        self.url = url[...slash] + name
        self.schema = schema
    }

    /// Runs as a client's own query does: in the role, for a user, and for one account if it is named.
    package func client(_ statement: String, user: String, account: String = "") async throws -> Outcome {
        try await run("""
            BEGIN;
            SET LOCAL ROLE darkroom_client;
            SET LOCAL search_path = \(schema)_client;
            SET LOCAL darkroom.user_id = '\(user)';
            SET LOCAL darkroom.account_id = '\(account)';
            \(statement);
            COMMIT;
            """)
    }

    /// As the owner of the tables.
    package func owner(_ statement: String) async throws -> Outcome {
        try await run("SET search_path = \(schema);\n\(statement);")
    }

    private func run(_ script: String) async throws -> Outcome {
        let program = try await ChildProcess.start(
            URL(filePath: "/usr/bin/psql"),
            [
                url, "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1",
                "--set=VERBOSITY=verbose", "--file=-",
            ],
            folder: folder.path, log: folder.path + "/" + UUID().uuidString, input: script)
        let status = await program.exit()
        guard status != 0 else { return .rows(program.output.split(separator: "\n").map { String($0) }) }
        // psql:<stdin>:6: ERROR:  42501: permission denied for view profiles
        guard let error = program.errors.split(separator: "\n")
            .first(where: { $0.contains("ERROR:  ") })?.split(separator: "ERROR:  ").last,
            let colon = error.firstIndex(of: ":")
        else { throw Unexpected("psql said: \(program.errors)") }
        return .refused(state: String(error[..<colon]), message: error[colon...].dropFirst(2).description)
    }
}
