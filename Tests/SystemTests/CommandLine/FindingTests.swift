@testable import CLI
import AsyncHTTPClient
import Core
import Foundation
import NIOCore
import SQL
import TestSupport
import Testing

/// What `darkroom doctor` finds, and how failures are put to people, without a server.
struct FindingTests {
    @Test func `a finding is one line in columns, its advice below`() {
        let findings = [
            Finding.ok("clock", "right."), .information("clock", "none."), .warning("clock", "slow.", "wind it"),
            .problem("clock", "stopped.", "wind it"),
        ]
        let lines = findings.map { $0.text.split(separator: "\n") }

        #expect(lines.map(\.count) == [1, 1, 2, 2])
        #expect(Set(lines.map { $0[0].split(separator: "clock").first?.count }).count == 1, "the name in its column")
        #expect(lines[3][0].hasPrefix("PROBLEM clock") && lines[3][0].hasSuffix(" stopped."))
        #expect(lines[3][1].hasSuffix("→ wind it"))
        #expect(Finding.ok("a name that is too long", "x").text.contains("long x"), "a gap at least")
    }

    @Test(arguments: [
        (nil, Finding.Status.information), (Duration.zero, .ok), (.seconds(60), .ok), (.seconds(-60), .ok),
        (.milliseconds(60_999), .ok), (.seconds(61), .problem), (.seconds(-61), .problem), (.seconds(86_400), .problem),
    ] as [(Duration?, Finding.Status)])
    func `a clock may be a minute away`(offset: Duration?, status: Finding.Status) {
        let finding = ClockCheck(offset: offset).finding
        #expect(finding.status == status && (finding.advice != nil) == (status == .problem))
    }

    @Test func `a data folder is for its owner alone, and so are the secrets in it`() throws {
        let folder = try TemporaryFolder()
        let check = DataFolderCheck(folder: folder.path)
        func status(_ mode: Int, of name: String = "") throws -> Finding? {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.path + name)
            return check.findings().first
        }

        #expect(try status(0o700)?.status == .ok)
        for mode in [0o755, 0o770, 0o701] {
            let finding = try status(mode)
            #expect(finding?.status == .warning && finding?.message.contains(String(mode, radix: 8)) == true)
        }
        _ = try status(0o700)
        for name in ["/secrets.json", "/server.json", "/server.lock", "/first-administrator-password"] {
            try Data().write(to: URL(filePath: folder.path + name))
            #expect(try status(0o640, of: name)?.status == .problem)
            #expect(try status(0o600, of: name)?.status == .ok)
        }
        let missing = DataFolderCheck(folder: folder.path + "/none").findings()
        #expect(missing.map(\.status) == [.information])
    }

    @Test func `another's address is judged by its form where a provider has to reach it`() async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        func status(_ url: String) async throws -> Finding.Status {
            let settings = try Settings.read(SettingsReader(values: ["FAL_KEY": "a:b", "DARKROOM_PUBLIC_URL": url]))
            return await PublicURLCheck(settings: settings, probe: Probe(client: client), isServing: false)().status
        }
        for url in [
            "http://localhost", "https://server", "https://a.local", "https://a.internal", "http://127.0.0.1",
            "https://192.168.1.9", "https://[::1]", "https://[fd00::1]", "http://pictures.example.com",
        ] {
            #expect(try await status(url) == .warning, "\(url)")
        }
        for url in ["https://pictures.example.com", "https://8.8.8.8", "https://[2001:4860:4860::8888]"] {
            #expect(try await status(url) == .information, "\(url)")
        }
        try await client.shutdown()
    }

    @Test func `a probe reads the other side's clock, and says why there is no response`() async throws {
        let server = try await ScriptedServer { path in
            let date = path == "/date" ? "Sun, 06 Nov 1994 08:49:37 GMT" : "yesterday"
            return .status(401, "Connection: close\r\nDate: \(date)\r\n")
        }
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let probe = Probe(client: client)

        guard case .response(let dated) = await probe.get("http://127.0.0.1:\(server.port)/date"),
            case .response(let undated) = await probe.get("http://127.0.0.1:\(server.port)/"),
            case .none(let reason) = await probe.get("http://127.0.0.1:1/")
        else {
            Issue.record("another outcome")
            return
        }
        #expect(dated.status == 401 && dated.date?.seconds == 784_111_777 && undated.date == nil)
        #expect(!reason.isEmpty && reason.count <= 200)
        try await client.shutdown()
    }

    @Test(arguments: [
        DatabaseError(.schema, "Reason."), DatabaseError(.unavailable, "Reason"), DatabaseError(.full, "Reason"),
        DatabaseError(.busy, "Reason"), DatabaseError(.other, "Reason"), FileStoreError.full("Reason"),
        FileStoreError.unavailable("Reason."), SecretsError.unreadable, Unexpected("Reason."), SignUpError.taken,
        SignUpError.notOpen(.closed), UserError.lastAdministrator, UserError.notFound, APIKeyError.noSuchAccount,
        APIKeyError.tooMany,
        FileStoreError.notFound,
        FilesMark.Refusal.other(path: "Reason"), IOError(errnoCode: ENOENT, reason: "Reason"),
    ] as [any Error])
    func `whatever a command throws becomes a sentence with the reason in it`(error: any Error) {
        let failure = Failure(explaining: error)

        #expect(failure.code == .failed && failure.message.hasSuffix("."), "\(failure.message)")
        #expect(!failure.message.contains("..") && !failure.message.contains("Error("), "\(failure.message)")
        if "\(error)".contains("Reason"), !(error is IOError) { #expect(failure.message.contains("Reason")) }
    }

    @Test(arguments: [
        SettingsProblems(problems: ["DARKROOM_PORT must be a number."]), SignUpError.invalidEmail,
        SignUpError.password(.tooShort), SignUpError.password(.tooLong), UserError.password(.guessable),
        APIKeyError.invalidName,
    ] as [any Error])
    func `what was given wrongly is wrong use, also if only Core knows`(error: any Error) {
        let failure = Failure(explaining: error)

        #expect(failure.code == .usage && failure.message.hasSuffix("."), "\(failure.message)")
    }

    @Test func `a failure stays what it is, and each has a code of its own`() {
        let failure = Failure(.unreachable, "x")

        #expect(Failure(explaining: failure) == failure && "\(failure)" == "x")
        #expect([Failure.Code.failed, .usage, .insufficientCredits, .unreachable, .interrupted].map(\.rawValue)
            == [1, 2, 3, 4, 130])
    }

    @Test(arguments: [
        (HTTPClientError.connectTimeout, true), (.readTimeout, false), (.deadlineExceeded, false),
        (.remoteConnectionClosed, false),
    ])
    func `without a connection nothing was sent`(error: HTTPClientError, isUnsent: Bool) {
        let response = NoResponse(error)
        #expect(response.isUnsent == isUnsent && !response.reason.isEmpty)
    }

    @Test func `a taken port, and an address that is not here, are each one clear sentence`() async throws {
        let server = try await ScriptedServer { _ in .ok([]) }
        func message(_ host: String, _ port: Int) async -> String? {
            do {
                try await PortCheck(host: host, port: port, who: "The thing", advice: "choose another")()
                return nil
            } catch {
                #expect((error as? Failure)?.code == .failed)
                return "\(error)"
            }
        }

        let taken = await message("127.0.0.1", server.port)
        #expect(taken?.contains("127.0.0.1:\(server.port)") == true && taken?.contains("in use") == true)
        for (host, port) in [("127.0.0.1", server.port), ("192.0.2.1", 9), ("no such host", 9)] {
            let message = await message(host, port)
            #expect(message?.hasPrefix("The thing") == true && message?.contains("choose another") == true, "\(host)")
        }
        #expect(await message("127.0.0.1", 0) == nil, "any free one")
    }
}
