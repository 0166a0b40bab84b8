import ArgumentParser
#if canImport(CMalloc)
import CMalloc
#endif
import Core
import Foundation

@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "darkroom", abstract: "The self-hosted backend for AI image products.",
        discussion: """
            Start a server, then generate an image in another terminal:
              darkroom serve
              darkroom generate "a red dress in a park" --out dress.png
            """,
        version: App.version,
        subcommands: [
            ServeCommand.self, WorkerCommand.self, MigrateCommand.self, SandboxCommand.self, StripeSandboxCommand.self,
            AdminCommand.self,
            GenerateCommand.self, AuditCommand.self, DoctorCommand.self, BackupCommand.self, RestoreCommand.self,
            MoveCommand.self, ProvenanceCommand.self, BenchCommand.self, DecodePictureCommand.self,
        ])

    static func main() async {
        keepFreedMemory()
        do {
            var command = try parseAsRoot(arguments())
            // Ours are all asynchronous; what is not is the parser's own, such as help, and so is what it throws.
            guard var ours = command as? any AsyncParsableCommand else { return try command.run() }
            do {
                try await ours.run()
            } catch let error where !isOfTheParser(error) {
                end(Failure(explaining: error))
            }
        } catch {
            endParsing(error)
        }
    }

    private static func arguments() -> [String] {
        NegativeNumbers.place(Array(CommandLine.arguments.dropFirst())) {
            (try? JSON(parsing: _dumpHelp())).map { NegativeNumbers.flags(in: $0) } ?? []
        }
    }

    /// By default the allocator gives a few kilobytes back to the system after many a request and asks for them again
    /// at the next, which was a tenth of all work under load. It may hold some megabytes.
    private static func keepFreedMemory() {
        #if canImport(CMalloc)
        mallopt(M_TRIM_THRESHOLD, 32 << 20)
        mallopt(M_MMAP_THRESHOLD, 4 << 20)
        #endif
    }

    /// Asking for help ends by an error too, of a type that the parser keeps to itself.
    private static func isOfTheParser(_ error: any Error) -> Bool {
        error is ExitCode || error is ValidationError || exitCode(for: error).isSuccess
    }

    /// One sentence, and no trace of where in the program it was thrown.
    private static func end(_ failure: Failure) -> Never {
        complain("darkroom: \(failure.message)")
        Foundation.exit(failure.code.rawValue)
    }

    /// Help is no failure. What cannot be understood exits with 2, as it does in a shell.
    private static func endParsing(_ error: any Error) -> Never {
        guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
        complain(fullMessage(for: error))
        Foundation.exit(Failure.Code.usage.rawValue)
    }
}
