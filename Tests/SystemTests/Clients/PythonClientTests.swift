import Core
import Foundation
import SQL
import Testing
import TestSupport

/// The official Python clients, unchanged, against the running program.
struct PythonClientTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `fal's client works against the sandbox, in the clear and over TLS`() async throws {
        let (certificate, key) = try await makeCertificate()
        let plain = try await RunningSandbox(["--duration", "0.3"])
        let secure = try await RunningSandbox(
            ["--duration", "0.3", "--tls-cert", certificate, "--tls-key", key], isSecure: true)

        let result = try await python(
            "fal_client_test.py", ["--http", plain.url, "--https", secure.url, "--ca", folder.path + "/ca.pem"])

        #expect(result.status == 0, "\(result.text)")
        #expect(
            !result.text.contains("FAIL") && result.text.contains("ok    TLS: ")
                && result.text.contains("ok    HTTP: "), "\(result.text)")
        await plain.stop()
        await secure.stop()
    }

    @Test func `Supabase's client signs up, in and out, refreshes and administers`() async throws {
        try await RunningServer.with(.init(arguments: ["--no-worker"])) { server in
            let secrets = try await server.secrets()

            let result = try await python(
                "supabase_auth_test.py", [server.url, secrets.anonKey, secrets.serviceRoleKey])

            #expect(result.status == 0, "\(result.text)")
            #expect(result.text.split(separator: "\n").count { $0.hasPrefix("ok") } == 9, "\(result.text)")
        }
    }

    @Test
    func `Stripe's client works against the emulator: packs, plans, clock, refunds, disputes, webhooks`() async throws {
        let port = try await FreePorts.block()
        let key = "sk_test_emulator"
        let emulator = try await ChildProcess.start(
            Binary.url(), ["stripe-sandbox", "--port", "\(port)", "--data", folder.path + "/stripe", "--key", key],
            folder: folder.path, log: folder.path + "/stripe-emulator")
        for _ in 0..<200 where !emulator.output.contains("Stripe emulator at") {
            try await Time.system.sleep(.milliseconds(50))
        }

        let result = try await python("stripe_emulator_test.py", ["http://127.0.0.1:\(port)", key])

        #expect(result.status == 0, "\(result.text)\(emulator.errors)")
        #expect(result.text.split(separator: "\n").count { $0.hasPrefix("ok") } == 25, "\(result.text)")
        emulator.terminate()
        _ = await emulator.exit()
    }

    @Test
    func `what Stripe's own package signs is accepted by any secret in force, what was altered is not`() async throws {
        let secrets = ["whsec_old", "whsec_new"]
        let environment = [
            "STRIPE_SECRET_KEY": "sk_test_x", "DARKROOM_STRIPE_WEBHOOK_SECRETS": secrets.joined(separator: ","),
        ]
        try await RunningServer.with(.init(environment: environment, arguments: ["--no-worker"])) { server in
            let result = try await python("stripe_webhook_test.py", [server.url] + secrets)

            #expect(result.status == 0, "\(result.text)")
            #expect(result.text.split(separator: "\n").count { $0.hasPrefix("ok") } == 6, "\(result.text)")
            let stored = try await server.withDatabase { database in
                try await database.read {
                    try $0.queryOne("SELECT COUNT(*) AS count FROM stripe_events")?.get("count", as: Int.self)
                }
            }
            #expect(stored == 3)
        }
    }

    private func python(_ script: String, _ arguments: [String]) async throws -> (status: Int32, text: String) {
        try await PythonScript.run(script, arguments, in: folder.path)
    }

    private func run(_ program: URL, _ arguments: [String]) async throws -> (status: Int32, text: String) {
        let process = try await ChildProcess.start(
            program, arguments, folder: folder.path, log: folder.path + "/log-" + UUID().uuidString)
        let status = await process.exit()
        return (status, process.output + process.errors)
    }

    /// A certificate for 127.0.0.1, by a certificate authority of the test's own.
    private func makeCertificate() async throws -> (certificate: String, key: String) {
        let extensions = "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n"
        try extensions.write(toFile: folder.path + "/extensions", atomically: true, encoding: .utf8)
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        for arguments in [
            ["req", "-x509"] + curve + [
                "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test authority", "-days", "2",
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"],
            ["req"] + curve + ["-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1"],
            [
                "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
                "server.pem",
                "-days", "2", "-extfile", "extensions"],
        ] {
            let result = try await run(URL(filePath: "/usr/bin/openssl"), arguments)
            guard result.status == 0 else { throw Unexpected("openssl: \(result.text)") }
        }
        return (folder.path + "/server.pem", folder.path + "/server.key")
    }
}
