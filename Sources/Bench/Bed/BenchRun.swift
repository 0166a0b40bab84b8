import AsyncHTTPClient
import Foundation
import NIOCore
import SQL
import Synchronization

/// What the benches share: where things lie, what runs, what was found.
final class BenchRun: Sendable {
    struct Options: Sendable {
        var seconds: Int
        var engines: [BenchEngine]
        var withPeers: Bool
        /// Jobs in the full database of `growth`.
        var growthJobs: Int
        /// Open event streams of `events`.
        var streams: Int
    }

    /// Connections that send requests at the same time.
    static let clients = 64

    let options: Options
    let folder: String
    let children: Children
    let client = HTTPClient(eventLoopGroupProvider: .singleton)
    /// As libpq takes it, of the database `postgres`. Nil if no PostgreSQL is measured.
    let postgresURL: String?
    private let rows = Mutex<[BenchRow]>([])
    private let files = Mutex(0)

    init(_ options: Options, folder: String, postgresURL: String?, children: Children) {
        self.options = options
        self.folder = folder
        self.postgresURL = postgresURL
        self.children = children
    }

    var found: [BenchRow] { rows.withLock { $0 } }

    func add(_ row: BenchRow) {
        rows.withLock { $0.append(row) }
        say(BenchReport.line(row.cells))
    }

    /// Progress, on standard error.
    func note(_ text: String) {
        complain("bench: \(text)")
    }

    /// A unique path in the run's folder.
    func file(_ name: String) -> String {
        let number = files.withLock { number in
            number += 1
            return number
        }
        return "\(folder)/\(number)-\(name)"
    }

    /// An installation of its own, filled with accounts.
    func bed(_ engine: BenchEngine, accounts: Int = 1000) async throws -> BenchBed {
        let folder = file("data")
        let url = try await engine == .postgres ? newDatabase(named: "bench") : nil
        let bed = BenchBed(engine: engine, folder: folder, databaseURL: url, accounts: BenchAccounts(count: accounts))
        try await bed.fill()
        return bed
    }
}
