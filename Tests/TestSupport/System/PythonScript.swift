import Foundation

/// A script of `Tests/SystemTests/Python`, with the packages that `scripts/python-setup` has installed.
package enum PythonScript {
    package static func run(
        _ script: String, _ arguments: [String], in folder: String
    ) async throws -> (status: Int32, text: String) {
        let project = URL(filePath: #filePath).appending(path: "../../../..").standardized
        let interpreter = project.appending(path: ".build/python/bin/python")
        guard FileManager.default.isExecutableFile(atPath: interpreter.path) else {
            throw Unexpected("the Python packages are not installed: run scripts/python-setup")
        }
        let source = project.appending(path: "Tests/SystemTests/Python/\(script)").path
        let process = try await ChildProcess.start(
            interpreter, [source] + arguments, folder: folder, log: "\(folder)/python-\(UUID().uuidString)")
        let status = await process.exit()
        return (status, process.output + process.errors)
    }
}
