import Foundation

/// Why a command ends without having done its work: a sentence that says what to do, and a code that a script can act
/// on.
struct Failure: Error, CustomStringConvertible, Equatable {
    enum Code: Int32 {
        /// What was asked for did not come about: a job failed, a server could not start.
        case failed = 1
        /// The command cannot be meant like that.
        case usage = 2
        case insufficientCredits = 3
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

    var description: String { message }
}
