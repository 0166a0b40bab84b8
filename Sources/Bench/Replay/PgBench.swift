import Foundation

extension BenchRun {
    /// Transactions a second of a script, by PostgreSQL's own load generator.
    func pgbench(_ script: String, on bed: BenchBed, clients: Int = 16, seconds: Int? = nil) async throws -> Double {
        guard let url = bed.databaseURL else { throw Failure(.failed, "pgbench measures PostgreSQL only.") }
        let file = file("pgbench.sql")
        try script.write(toFile: file, atomically: false, encoding: .utf8)
        let output = try await children.run(
            "/usr/bin/env",
            ["pgbench"] + BenchRun.pgbenchArguments(clients, seconds ?? options.seconds) + ["-f", file, url], log: file)
        let line = output.split(separator: "\n").first { $0.hasPrefix("tps = ") }
        guard let tps = line?.split(separator: " ").dropFirst(2).first.flatMap({ Double($0) }) else {
            throw Failure(.failed, "pgbench printed no rate: \(output.suffix(600))")
        }
        return tps
    }

    static func pgbenchArguments(_ clients: Int, _ seconds: Int) -> [String] {
        ["-n", "-M", "prepared", "-c", "\(clients)", "-j", "1", "-T", "\(seconds)", "-D", "turn=0"]
    }
}
