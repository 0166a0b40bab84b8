import Foundation

/// Why a measurement ends without a result: a sentence that says what to do, and the exit code, which are those of
/// `darkroom`.
struct Failure: Error, CustomStringConvertible {
    enum Code: Int32 {
        case failed = 1
        /// The command cannot be meant like that.
        case usage = 2
        case unreachable = 4
        /// As a shell reports a program that Ctrl-C ended.
        case interrupted = 130
    }

    let code: Code
    let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whatever was thrown, as one sentence.
    init(explaining error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as any CustomStringConvertible & Error where !(error is CocoaError):
            self.init(.failed, error.description)
        default: self.init(.failed, error.localizedDescription)
        }
    }

    var description: String { message }
}

/// A line on standard output.
func say(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
}

/// A line on standard error.
func complain(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
}
