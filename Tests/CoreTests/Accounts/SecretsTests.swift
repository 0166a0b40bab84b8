@testable import Core
import Crypto
import Foundation
import Testing

struct SecretsTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "darkroom-\(UUID().uuidString)").path
    private let now = Instant(seconds: 1_767_225_600)

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    @Test func `secrets are made once and are the same after a restart`() async throws {
        let first = try await Secrets.open(.folder(folder), now: now)
        let second = try await Secrets.open(.folder(folder), now: now)

        #expect(first.anonKey == second.anonKey)
        #expect(first.serviceRoleKey == second.serviceRoleKey)
        #expect(first.signingKeys.map(\.id) == second.signingKeys.map(\.id))
        for purpose in Secrets.Purpose.allCases { #expect(first.key(for: purpose) == second.key(for: purpose)) }
    }

    @Test func `all processes that start at once get the same secrets, and leave one file`() async throws {
        let keys = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 { group.addTask { try await Secrets.open(.folder(folder), now: now).anonKey } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }

        #expect(keys.count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["secrets.json"])
    }

    @Test func `nobody else can read the file, even after it was made readable to others`() async throws {
        _ = try await Secrets.open(.folder(folder), now: now)
        let path = folder + "/secrets.json"
        #expect(try mode(of: path) == 0o600)

        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        _ = try await Secrets.open(.folder(folder), now: now)

        #expect(try mode(of: path) == 0o600)
    }

    @Test func `a damaged file is refused and left unchanged`() async throws {
        let path = folder + "/secrets.json"
        try Data("{\"root\":".utf8).write(to: URL(filePath: path))

        await #expect(throws: SecretsError.unreadable) { try await Secrets.open(.folder(folder), now: now) }
        #expect(try String(contentsOf: URL(filePath: path), encoding: .utf8) == "{\"root\":")
    }

    @Test func `each purpose has a key of its own`() async throws {
        let secrets = try await Secrets.make(now: now)
        let keys = Secrets.Purpose.allCases.map { secrets.key(for: $0).withUnsafeBytes { Data($0) } }

        #expect(Set(keys).count == Secrets.Purpose.allCases.count)
    }

    @Test func `the project's keys are recognized by their whole text`() async throws {
        let secrets = try await Secrets.make(now: now)

        #expect(secrets.isServiceRoleKey(secrets.serviceRoleKey))
        #expect(!secrets.isServiceRoleKey(secrets.anonKey))
        #expect(!secrets.isServiceRoleKey(secrets.serviceRoleKey.dropLast().description))
        #expect(secrets.anonKey.split(separator: ".").count == 3)
    }

    @Test func `printing secrets prints none`() async throws {
        let secrets = try await Secrets.make(now: now)
        var dumped = ""
        dump(secrets, to: &dumped)

        #expect("\(secrets)" == "Secrets")
        #expect(!String(reflecting: secrets).contains(secrets.serviceRoleKey))
        #expect(!dumped.contains(secrets.serviceRoleKey))
    }

    private func mode(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}
