import ArgumentParser
import Core
import Foundation

/// What a server runs to decode a HEIC or an AVIF, in a process that the system bounds. Not for people.
struct DecodePictureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode-picture", abstract: "Decodes one HEIC or AVIF.", shouldDisplay: false)

    @Argument(help: "The file.") var file: String
    @Argument(help: "The folder to write the picture to.") var folder: String

    func run() async throws {
        do {
            try DecodeHEIF.run(file, into: folder)
        } catch let failure as DecodeHEIF.Failure {
            FileHandle.standardError.write(Data((failure.message + "\n").utf8))
            throw ExitCode(failure.status)
        }
    }
}
