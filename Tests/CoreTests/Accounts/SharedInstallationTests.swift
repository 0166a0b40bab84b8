@testable import Core
import Foundation
import SQL
import Testing
import TestSupport

/// What nodes on one database agree on, on either engine.
struct SharedInstallationTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test(arguments: TestEngine.available)
    func `all nodes that start at once get the same secrets from the database`(on engine: TestEngine) async throws {
        let database = try await engine.database(in: folder.path)

        let keys = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    try await Secrets.open(
                        .database(database, time: FakeTime().time), now: FakeTime().now).serviceRoleKey
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }

        #expect(keys.count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.contains("secrets") })
        await database.close()
    }

    @Test(arguments: TestEngine.available)
    func `the first folder of files is marked, and every node that sees it is accepted`(
        on engine: TestEngine
    ) async throws {
        let database = try await engine.database(in: folder.path)
        let files = try files("a")

        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<6 {
                group.addTask { try await FilesMark(folder: files).claim(database, time: FakeTime().time) }
            }
            try await group.waitForAll()
        }

        try await FilesMark(folder: files).check(database)
        #expect(try FileManager.default.contentsOfDirectory(atPath: files) == [".installation"])
        await database.close()
    }

    @Test(arguments: TestEngine.available)
    func `a node with another folder is refused, and its folder stays as it was`(on engine: TestEngine) async throws {
        let database = try await engine.database(in: folder.path)
        let (ours, empty, theirs) = (try files("ours"), try files("empty"), try files("theirs"))
        try await FilesMark(folder: ours).claim(database, time: FakeTime().time)
        try SecretFile.create(theirs + "/.installation", Array("another".utf8))

        let missing = await #expect(throws: FilesMark.Refusal.self) {
            try await FilesMark(folder: empty).claim(database, time: FakeTime().time)
        }
        let other = await #expect(throws: FilesMark.Refusal.self) {
            try await FilesMark(folder: theirs).claim(database, time: FakeTime().time)
        }

        let mark = try await database.read { try $0.installation.fact(.files) }
        #expect(missing == .missing(path: empty + "/.installation", mark: mark ?? ""))
        #expect(other == .other(path: theirs + "/.installation"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: empty) == [])
        await database.close()
    }

    private func files(_ name: String) throws -> String {
        let path = folder.path + "/files-" + name
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return path
    }
}
