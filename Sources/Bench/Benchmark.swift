import ArgumentParser

/// What can be measured.
enum Benchmark: String, Sendable, CaseIterable, Codable, ExpressibleByArgument {
    case submit, status, claim, lifecycle, events, growth, lists, files, start, thumbnails
}

/// What it is measured on.
enum BenchEngine: String, Sendable, CaseIterable, Codable {
    case sqlite, postgres
}

/// Which engines a run measures.
enum BenchEngineChoice: String, Sendable, CaseIterable, ExpressibleByArgument {
    case sqlite, postgres, both

    var engines: [BenchEngine] {
        switch self {
        case .sqlite: [.sqlite]
        case .postgres: [.postgres]
        case .both: BenchEngine.allCases
        }
    }
}
