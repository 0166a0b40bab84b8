import Foundation

/// What a run was measured on: a figure without it says nothing.
struct Machine: Sendable, Encodable {
    let cores: Int
    let memoryMB: Int
    let processor: String
    let kernel: String
    /// Of the programs that took part, such as PostgreSQL's.
    var versions: [String: String]

    static func read(versions: [String: String]) -> Machine {
        let information = ProcessInfo.processInfo
        return Machine(
            cores: information.activeProcessorCount, memoryMB: Int(information.physicalMemory >> 20),
            processor: field("model name", in: "/proc/cpuinfo") ?? "unknown",
            kernel: text(of: "/proc/sys/kernel/osrelease").trimmingCharacters(in: .whitespacesAndNewlines),
            versions: versions)
    }

    /// What a process holds in memory now.
    static func residentMB(of process: Int32) -> Double? {
        field("VmRSS", in: "/proc/\(process)/status")
            .flatMap { Double($0.split(separator: " ").first ?? "") }
            .map { $0 / 1024 }
    }

    private static func field(_ name: String, in path: String) -> String? {
        text(of: path).split(separator: "\n").first { $0.hasPrefix(name) }?
            .split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// Files under /proc have no size, so they are read to their end.
    private static func text(of path: String) -> String {
        guard let file = FileHandle(forReadingAtPath: path) else { return "" }
        defer { file.closeFile() }
        return String(decoding: file.readDataToEndOfFile(), as: UTF8.self)
    }
}
