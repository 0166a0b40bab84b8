package import Foundation

/// The program as it was built next to the tests.
package enum Binary {
    package static func url() throws -> URL {
        // The tests' own bundle lies in the folder of products, on every layout that SwiftPM has had.
        var folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        for _ in 0..<4 {
            let candidate = folder.appending(path: "darkroom")
            if FileManager.default.isExecutableFile(atPath: candidate.path), !candidate.hasDirectoryPath {
                return candidate
            }
            folder.deleteLastPathComponent()
        }
        let built = URL(filePath: FileManager.default.currentDirectoryPath).appending(path: ".build/debug/darkroom")
        guard FileManager.default.isExecutableFile(atPath: built.path) else {
            throw Unexpected("there is no darkroom beside the tests; build first")
        }
        return built
    }
}
