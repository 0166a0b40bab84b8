@testable import CLI
import Core
import Foundation
import TestSupport
import Testing

/// The operator's key and certificates, as OpenSSL makes them.
struct ProvenanceSettingTests: ReadsSettings {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func openssl(_ arguments: String...) async throws {
        let process = try await ChildProcess.start(
            URL(filePath: "/usr/bin/openssl"), arguments, folder: folder.path, log: folder.path + "/openssl")
        guard await process.exit() == 0 else { throw Unexpected("openssl: \(process.errors)") }
    }

    /// A key as `NAME.key` and its certificate as `NAME.pem`.
    private func make(_ name: String, curve: String = "prime256v1", days: String = "30") async throws {
        try await openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:\(curve)", "-nodes", "-subj", "/CN=\(name)",
            "-days", days, "-keyout", "\(name).key", "-out", "\(name).pem")
    }

    private func values(key: String, certificates: String) -> [String: String] {
        [
            "DARKROOM_PROVENANCE_KEY": "\(folder.path)/\(key)",
            "DARKROOM_PROVENANCE_CERTIFICATES": "\(folder.path)/\(certificates)",
        ]
    }

    @Test func `outputs are marked and signed by default, with the installation's own key`() throws {
        let setting = try read([:]).provenance
        #expect(setting.mode == .on && setting.identity == nil)
    }

    @Test(arguments: [("on", MarkOutputs.Mode.on), ("off", .off), ("marks", .marks)])
    func `the switch has three positions`(text: String, mode: MarkOutputs.Mode) throws {
        #expect(try read(["DARKROOM_PROVENANCE": text]).provenance.mode == mode)
    }

    @Test(arguments: ["true", "no", "xmp"])
    func `there is no fourth`(text: String) {
        let problems = problems(["DARKROOM_PROVENANCE": text])
        #expect(problems.count == 1 && problems[0].hasPrefix("DARKROOM_PROVENANCE must be one of on, off, marks"))
    }

    @Test func `a key and its chain are taken, and the last of the chain is what to trust`() async throws {
        try await make("a")
        try await make("b")
        try await openssl("ec", "-in", "a.key", "-out", "sec1.key")
        let files = folder.path
        let chain = try String(contentsOfFile: files + "/a.pem", encoding: .utf8)
            + String(contentsOfFile: files + "/b.pem", encoding: .utf8)
        try Data(chain.utf8).write(to: URL(filePath: files + "/chain.pem"))

        for key in ["a.key", "sec1.key"] {
            let identity = try #require(try read(values(key: key, certificates: "chain.pem")).provenance.identity)
            #expect(identity.chain.count == 2 && identity.root == identity.chain[1])
            let last = try String(contentsOfFile: files + "/b.pem", encoding: .utf8)
            #expect(identity.rootPEM == last)
        }
    }

    @Test func `what cannot be used is refused, with the setting's name and without the key`() async throws {
        try await make("a")
        try await make("b")
        try await make("large", curve: "secp384r1")
        try Data("nothing".utf8).write(to: URL(filePath: folder.path + "/text.pem"))
        for (key, certificates, name, words) in [
            ("missing", "a.pem", "KEY", "cannot be read"), ("a.pem", "a.pem", "KEY", "P-256"),
            ("text.pem", "a.pem", "KEY", "P-256"), ("large.key", "large.pem", "KEY", "P-256"),
            ("a.key", "missing", "CERTIFICATES", "cannot be read"), ("a.key", "text.pem", "CERTIFICATES", "PEM file"),
            ("a.key", "b.pem", "CERTIFICATES", "another key"),
        ] {
            let problems = problems(values(key: key, certificates: certificates))
            #expect(problems.count == 1, "\(key), \(certificates): \(problems)")
            let problem = try #require(problems.first)
            #expect(problem.hasPrefix("DARKROOM_PROVENANCE_\(name) ") && problem.contains(words), "\(problem)")
            #expect(!problem.contains("PRIVATE KEY"))
        }
    }

    @Test func `a certificate that is expired is refused`() async throws {
        try await make("old", days: "1")
        var reader = SettingsReader(values: values(key: "old.key", certificates: "old.pem"))
        _ = reader.provenance(at: Time.system.now() + .seconds(3 * 86_400))
        #expect(reader.problems.count == 1 && reader.problems[0].contains("expired"))
        var early = SettingsReader(values: values(key: "old.key", certificates: "old.pem"))
        _ = early.provenance(at: Time.system.now() - .seconds(3 * 86_400))
        #expect(early.problems.count == 1 && early.problems[0].contains("not valid yet"))
    }

    @Test(arguments: ["KEY", "CERTIFICATES"])
    func `one without the other is refused`(name: String) {
        let problems = problems(["DARKROOM_PROVENANCE_\(name)": "/nowhere"])
        let other = name == "KEY" ? "CERTIFICATES" : "KEY"
        #expect(problems == ["DARKROOM_PROVENANCE_\(name) needs DARKROOM_PROVENANCE_\(other)."])
    }
}

extension OneCLIServer {
    /// `darkroom provenance` beside a running server.
    struct ProvenanceTests {
        @Test func `the root certificate is printed, always the same, as OpenSSL reads it`() async throws {
            let server = try OneCLIServer.server()

            let first = try await server.run("provenance", "certificate")
            let second = try await server.run("provenance", "certificate")

            #expect(first.code == 0 && first.output == second.output, "\(first.errors)")
            #expect(first.output.hasPrefix("-----BEGIN CERTIFICATE-----\n"))
            #expect(first.output.hasSuffix("-----END CERTIFICATE-----\n"))
            let folder = try TemporaryFolder()
            try Data(first.output.utf8).write(to: URL(filePath: folder.path + "/root.pem"))
            let openssl = try await ChildProcess.start(
                URL(filePath: "/usr/bin/openssl"), ["x509", "-in", "root.pem", "-noout", "-subject"],
                folder: folder.path, log: folder.path + "/openssl")
            #expect(await openssl.exit() == 0)
            #expect(openssl.output.contains("Darkroom root "), "\(openssl.errors)")
        }
    }
}
