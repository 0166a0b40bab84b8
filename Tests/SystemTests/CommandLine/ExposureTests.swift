@testable import CLI
import AsyncHTTPClient
import Core
import Foundation
import TestSupport
import Testing

/// What `darkroom doctor` says of a server that strangers can reach.
struct ExposureTests: ReadsSettings {
    private static let reachable = ["DARKROOM_PUBLIC_URL": "https://pictures.example.com"]

    private func statuses(_ values: [String: String]) throws -> [String: Finding.Status] {
        let findings = ExposureCheck(settings: try read(values)).findings()
        return Dictionary(uniqueKeysWithValues: findings.map { ($0.name, $0.status) })
    }

    @Test(arguments: [
        ([:], false), (["DARKROOM_PUBLIC_URL": "http://localhost:9"], false),
        (["DARKROOM_PUBLIC_URL": "http://[::1]:9", "DARKROOM_HOST": "::1"], false),
        (["DARKROOM_PUBLIC_URL": "https://pictures.example.com"], true),
        (["DARKROOM_PUBLIC_URL": "http://192.168.1.9:8080"], true), (["DARKROOM_HOST": "0.0.0.0"], true),
    ] as [([String: String], Bool)])
    func `a server is reachable by its public address or by the one that it listens on`(
        values: [String: String], isReachable: Bool
    ) throws {
        #expect(try read(values).isReachable == isReachable)
        #expect(try statuses(values)["sign-up"] == (isReachable ? .warning : .information))
    }

    @Test func `open sign-up is a warning where strangers come, and closed sign-up is not`() throws {
        for mode in ["invite", "closed"] {
            let values = Self.reachable.merging(["DARKROOM_SIGN_UP": mode]) { $1 }
            #expect(try statuses(values)["sign-up"] == .ok)
        }
    }

    @Test func `the apps whose pages may call are named`() throws {
        func finding(_ origins: String, _ more: [String: String] = [:]) throws -> Finding? {
            let values = ["DARKROOM_CORS_ORIGIN": origins].merging(more) { $1 }
            return ExposureCheck(settings: try read(values)).findings().first { $0.name == "app origins" }
        }

        let listed = try finding("https://b.example, https://a.example")
        #expect(listed?.status == .ok && listed?.message.contains("https://a.example, https://b.example") == true)
        #expect(try finding("*")?.status == .information && finding("*", Self.reachable)?.status == .warning)
        #expect(try finding("")?.message.contains("pages of localhost") == true)
        #expect(try finding("", ["FAL_KEY": "a:b"])?.message.contains("no pages of other origins") == true)
    }

    @Test func `the first administrator's password is not left behind unnoticed`() throws {
        let folder = try TemporaryFolder()
        let values = ["DARKROOM_DATA": folder.path]
        #expect(try statuses(values)["first password"] == nil)
        try Data().write(to: URL(filePath: folder.path + "/first-administrator-password"))

        #expect(try statuses(values)["first password"] == .information)
        #expect(try statuses(values.merging(Self.reachable) { $1 })["first password"] == .warning)
    }

    @Test func `the Stripe emulator gives nothing away to strangers without a warning`() async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        func status(_ values: [String: String]) async throws -> Finding.Status? {
            await BillingCheck(settings: try read(values), probe: Probe(client: client))().first?.status
        }

        #expect(try await status([:]) == .information)
        #expect(try await status(Self.reachable) == .warning)
        #expect(try await status(Self.reachable.merging(["DARKROOM_STRIPE_SANDBOX": "off"]) { $1 }) == .information)
        try await client.shutdown()
    }

    @Test(arguments: [(0, 0, "No problems."), (1, 0, "1 problem, 0 warnings."), (2, 1, "2 problems, 1 warning.")])
    func `what was found is counted`(problems: Int, warnings: Int, text: String) {
        #expect(Finding.summary(problems: problems, warnings: warnings) == text)
    }
}
