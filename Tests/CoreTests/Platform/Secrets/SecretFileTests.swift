@testable import Core
import Foundation
import SQL
import TestSupport
import Testing

struct SecretFileTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path + "/secret" }

    init() throws { folder = try TemporaryFolder() }

    @Test func `a file that is not there is none, and an empty one is empty`() throws {
        #expect(try SecretFile.read(path) == nil)
        #expect(try SecretFile.create(path, []))
        #expect(try SecretFile.read(path) == [])
    }

    @Test func `the first to make it wins, and leaves nothing beside it`() throws {
        #expect(try SecretFile.create(path, [1, 2, 3]))
        #expect(try !SecretFile.create(path, [4]))

        #expect(try SecretFile.read(path) == [1, 2, 3])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["secret"])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `without a folder the failure names it, and what went wrong`() {
        let missing = folder.path + "/no/secret"
        let error = #expect(throws: SecretFile.Failure.self) { try SecretFile.create(missing, [1]) }

        #expect(error?.description.contains(missing) == true)
        #expect(error?.description.contains("No such file or directory") == true)
    }

    @Test func `a folder of that name holds no secret, and stays`() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)

        #expect(throws: (any Error).self) { try SecretFile.read(path) }
        #expect(try !SecretFile.create(path, [1]), "a folder has the name already")
    }

    @Test func `secrets that are cut short are unreadable, wherever they are cut`() async throws {
        let now = Instant(seconds: 1_780_000_000)
        _ = try await Secrets.open(.folder(folder.path), now: now)
        let document = try #require(try SecretFile.read(folder.path + "/secrets.json"))

        for length in stride(from: 0, to: document.count, by: 7) {
            let store = SecretsStore(load: { Array(document.prefix(length)) }, keepFirst: { $0 })
            await #expect(throws: SecretsError.unreadable) { try await Secrets.open(store, now: now) }
        }
    }

    @Test(arguments: [
        "[]", "{}", "null", "{\"root\":7}", "", "\u{0}",
        document(keys: "[]"), document(keys: "[\"x\"]"), document(root: "AAAA"), document(root: "not base64"),
    ])
    func `a document without a key of each kind is unreadable, and says what to do`(document: String) async throws {
        let store = SecretsStore(load: { Array(document.utf8) }, keepFirst: { $0 })

        let error = await #expect(throws: SecretsError.self) {
            try await Secrets.open(store, now: Instant(seconds: 1_780_000_000))
        }
        #expect(error?.description.contains("backup") == true)
    }

    private static func document(
        keys: String = "[\"x\"]", root: String = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    ) -> String {
        #"{"signingKeys":\#(keys),"root":"\#(root)","anonKey":"a","serviceRoleKey":"b"}"#
    }

    @Test(arguments: TestEngine.available)
    func `a fact of the installation is decided once, by the first`(on engine: TestEngine) async throws {
        let database = try await engine.database(in: folder.path)
        let now = Instant(seconds: 1_780_000_000)

        let kept = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<8 {
                group.addTask {
                    try await database.write(order: .alone) {
                        try $0.installation.keepFirst("value \(number)", as: .files, now: now)
                    }
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }

        #expect(kept.count == 1)
        let stored = try await database.read { (try $0.installation.fact(.files), try $0.installation.fact(.secrets)) }
        #expect(stored.0 == kept.first && stored.1 == nil)
        await database.close()
    }

    @Test(arguments: TestEngine.available)
    func `nodes that start at once with secrets in the database get the same`(on engine: TestEngine) async throws {
        let database = try await engine.database(in: folder.path)
        let store = SecretsStore.database(database, time: FakeTime().time)

        let keys = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<6 { group.addTask { try await Secrets.open(store, now: Instant(seconds: 1)).serviceRoleKey } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }

        #expect(keys.count == 1)
        await database.close()
    }
}
