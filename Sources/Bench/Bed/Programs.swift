import Foundation

/// The programs that a run starts, by their paths.
enum Programs {
    /// What is measured: `darkroom`, which is built beside this program.
    static var darkroom: String {
        get throws {
            let path = (try bench as NSString).deletingLastPathComponent + "/darkroom"
            guard FileManager.default.isExecutableFile(atPath: path) else {
                throw Failure(
                    .failed, "There is no darkroom at \(path). Run 'make build' first.")
            }
            return path
        }
    }

    /// This program again, as another process: what loads a server is a process of its own.
    static var bench: String {
        get throws {
            guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
                throw Failure(.failed, "The file of this program cannot be found.")
            }
            return path
        }
    }
}
