import Foundation

/// The file of this program.
enum ThisProgram {
    /// As it was when the process began: a newer version may take its place meanwhile, under the same path.
    static let path: String? = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
}
