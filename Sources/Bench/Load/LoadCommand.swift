import ArgumentParser
import Foundation

/// `darkroom-bench load`: a load generator in a process of its own. Reads a `LoadSpec` and prints a `LoadResult`.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Sends load to a server.", shouldDisplay: false)

    @Argument(help: "A file that describes the load.") var spec: String

    func run() async throws {
        let spec = try JSONDecoder().decode(LoadSpec.self, from: Data(contentsOf: URL(fileURLWithPath: spec)))
        var generator = LoadGenerator(spec)
        say(String(decoding: try JSONEncoder().encode(try generator.run()), as: UTF8.self))
    }
}
