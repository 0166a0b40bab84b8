import Foundation

/// All of a run, for people and for programs.
struct BenchReport: Sendable, Encodable {
    static let columns = ["bench", "engine", "what", "measured", "beside", "ratio", "goal", "reached"]
    private static let widths = [10, 9, 40, 22, 40, 8, 12, 7]

    let commit: String
    let at: String
    let seconds: Int
    let machine: Machine
    var rows: [BenchRow]

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// For docs/performance.md.
    var markdown: String {
        let versions = machine.versions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            .joined(separator: ", ")
        let head = """
            Commit \(commit), \(at): \(machine.cores) cores (\(machine.processor)), \(machine.memoryMB / 1024) GB, \
            Linux \(machine.kernel); \(versions). \(seconds) s a row; load generator, server and database share the \
            cores.
            """
        let table = [BenchReport.columns, BenchReport.columns.map { _ in "---" }] + rows.map(\.cells)
        return head + "\n\n" + table.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
    }

    static func line(_ cells: [String]) -> String {
        zip(cells, widths).map { cell, width in cell + String(repeating: " ", count: max(1, width - cell.count)) }
            .joined().trimmingCharacters(in: .whitespaces)
    }
}
