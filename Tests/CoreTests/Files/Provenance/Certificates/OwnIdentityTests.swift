@testable import Core
import Crypto
import Foundation
import SQL
import TestSupport
import Testing

/// Who signs for an installation that has no certificate from elsewhere.
struct OwnIdentityTests {
    private let folder: TemporaryFolder
    private let clock = FakeTime()

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: TestEngine.available)
    func `all nodes have the same key and certificates, also after a restart`(on engine: TestEngine) async throws {
        let database = try await engine.database(in: folder.path)
        let (secrets, time) = (try await Secrets.make(now: clock.now), clock.time)

        let roots = try await withThrowingTaskGroup(of: [[UInt8]].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let own = OwnIdentity(database: database, secrets: secrets, time: time)
                    let (first, again) = (try await own(), try await own())
                    return [first.root, first.chain[0], again.root, Array(first.key.publicKey.rawRepresentation)]
                }
            }
            return try await group.reduce(into: Set<[[UInt8]]>()) { $0.insert($1) }
        }

        #expect(roots.count == 1)
        clock.now = clock.now + .seconds(9_999_999)
        let later = try await OwnIdentity(database: database, secrets: secrets, time: time)()
        #expect(later.root == roots.first?[0] && later.chain == [roots.first?[1]])
        #expect(later.root != later.chain[0])
        await database.close()
    }

    @Test(arguments: TestEngine.available)
    func `no private key is stored, and new secrets bring new certificates`(on engine: TestEngine) async throws {
        let database = try await engine.database(in: folder.path)
        func open() async throws -> SigningIdentity {
            try await OwnIdentity(database: database, secrets: .make(now: clock.now), time: clock.time)()
        }

        let first = try await open()
        let stored = try await database.read { try $0.installation.fact(.provenance) }
        let second = try await open()
        let replaced = try await database.read { try $0.installation.fact(.provenance) }

        #expect(first.root != second.root && first.chain != second.chain && stored != replaced)
        let document = try #require(stored.map { Array($0.utf8) })
        let secret = Array(first.key.rawRepresentation)
        for text in [Array(Data(secret).base64EncodedString().utf8), Array(Hex.text(secret).utf8)] {
            #expect(document.firstRange(of: text) == nil)
        }
        await database.close()
    }

    @Test(arguments: ["", "{}", "[1]", "{\"root\": \"AAAA\", \"leaf\": \"AAAA\"}", "{\"root\": 1, \"leaf\": \"?\"}"])
    func `what is stored and makes no sense is replaced`(text: String) async throws {
        let database = try await TestEngine.sqlite.database(in: folder.path)
        let now = clock.now
        _ = try await database.write(order: .alone) {
            try $0.installation.keepFirst(text, as: .provenance, now: now)
        }
        let secrets = try await Secrets.make(now: now)

        let made = try await OwnIdentity(database: database, secrets: secrets, time: clock.time)()
        let again = try await OwnIdentity(database: database, secrets: secrets, time: clock.time)()

        #expect(made.root == again.root && made.chain == again.chain)
        await database.close()
    }

    @Test func `a root is printed as PEM, and nothing prints its key`() async throws {
        let database = try await TestEngine.sqlite.database(in: folder.path)
        let own = OwnIdentity(database: database, secrets: try await .make(now: clock.now), time: clock.time)
        let identity = try await own()

        let lines = identity.rootPEM.split(separator: "\n")
        #expect(lines.first == "-----BEGIN CERTIFICATE-----" && lines.last == "-----END CERTIFICATE-----")
        #expect(Data(base64Encoded: lines.dropFirst().dropLast().joined()).map { Array($0) } == identity.root)
        #expect(lines.allSatisfy { $0.count <= 64 })
        #expect("\(identity)" == "SigningIdentity" && Mirror(reflecting: identity).children.isEmpty)
        await database.close()
    }
}
