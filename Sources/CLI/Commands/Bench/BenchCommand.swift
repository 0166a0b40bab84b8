import ArgumentParser
import Foundation

/// `darkroom bench …`: becomes `darkroom-bench`, with all that follows.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures this program on this machine.",
        discussion: "Runs darkroom-bench from the folder of this program, with the same arguments.")

    @Argument(parsing: .captureForPassthrough, help: "Arguments of darkroom-bench; see 'darkroom bench --help'.")
    var arguments: [String] = []

    func run() async throws {
        guard let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            throw Failure(.failed, "The file of this program cannot be found.")
        }
        let path = (own as NSString).deletingLastPathComponent + "/darkroom-bench"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Failure(
                .failed, "There is no darkroom-bench at \(path). Run 'make bench', which builds and runs it.")
        }
        become(path)
        throw Failure(.failed, "\(path) cannot be started: \(String(cString: strerror(errno))).")
    }

    /// The same process from here on, so that signals reach the measurement and its exit code is this command's.
    /// Returns only if it cannot be run.
    private func become(_ path: String) {
        // Inherited, and a pool's threads block nearly all signals.
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        var list: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
        list.append(nil)
        execv(path, &list)
    }
}
