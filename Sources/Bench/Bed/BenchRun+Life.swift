import AsyncHTTPClient
import Core
import Foundation
import SQL
import Synchronization

extension BenchRun {
    /// Starts what `body` needs and removes it afterwards, also if it throws.
    static func with(_ options: Options, _ body: (BenchRun) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "darkroom-bench-" + UUID().uuidString.prefix(8).lowercased()
        // PostgreSQL runs as another user, who must be able to enter.
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
        let children = Children()
        let isCleaned = Mutex(false)
        // Once, and the second caller waits: what an interrupt kills lets the run below fail at the same moment.
        let cleanUp: @Sendable () -> Void = {
            isCleaned.withLock { isCleaned in
                guard !isCleaned else { return }
                isCleaned = true
                children.killAll()
                remove(folder)
            }
        }
        let interrupts = Interrupts(cleanUp)
        defer { interrupts.end() }
        do {
            try await begin(options, folder, children, body)
        } catch {
            cleanUp()
            throw error
        }
        cleanUp()
    }

    private static func begin(
        _ options: Options, _ folder: String, _ children: Children, _ body: (BenchRun) async throws -> Void
    ) async throws {
        let url = try await options.engines.contains(.postgres) ? postgres(in: folder, children) : nil
        let run = BenchRun(options, folder: folder, postgresURL: url, children: children)
        do {
            try await body(run)
        } catch {
            try await run.client.shutdown()
            throw error
        }
        try await run.client.shutdown()
    }

    private static func remove(_ folder: String) {
        do { try FileManager.default.removeItem(atPath: folder) } catch {
            complain("bench: \(folder) was not removed: \(error)")
        }
    }

    /// Of the programs that took part.
    func versions() async -> [String: String] {
        var versions = ["darkroom": await printed(by: try? Programs.darkroom, ["--version"]) ?? "unknown"]
        versions["sqlite"] = await version { try SQLiteEngine(path: self.file("version.sqlite")) }
        if let url = postgresURL {
            versions["postgres"] = await version { try PostgresEngine(url: url, writers: 1, readers: 1) }
        }
        return versions
    }

    private func version(_ engine: () throws -> any SQL.Engine) async -> String {
        guard let engine = try? engine() else { return "unknown" }
        let version = try? await engine.version()
        await engine.close()
        return version?.split(separator: " ").dropFirst().first.map { String($0) } ?? "unknown"
    }

    /// Of the repository that it was started in.
    func commit() async -> String {
        await printed(by: "/usr/bin/env", ["git", "describe", "--always", "--dirty"]) ?? "unknown"
    }

    /// Returns nil if the program cannot be run.
    private func printed(by program: String?, _ arguments: [String]) async -> String? {
        guard let program else { return nil }
        let text = try? await children.run(program, arguments, log: file("version"))
        return text?.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
