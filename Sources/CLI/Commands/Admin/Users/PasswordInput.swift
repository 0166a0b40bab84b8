import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// A password that a person types, or that a script sends to standard input: never an argument of a command, which
/// others on the machine can see.
enum PasswordInput {
    static func read(for user: String) throws -> String {
        guard isatty(STDIN_FILENO) == 1 else { return try line() }
        let first = try typed("New password for \(user): ")
        guard try typed("The same again: ") == first else {
            throw Failure(.usage, "The passwords differ. Nothing was changed.")
        }
        return first
    }

    private static func line() throws -> String {
        guard let line = readLine(), !line.isEmpty else {
            throw Failure(.usage, "Standard input contains no password.")
        }
        return line
    }

    /// Asked on standard error, so that standard output has the result alone; nothing of the password is shown.
    private static func typed(_ prompt: String) throws -> String {
        FileHandle.standardError.write(Data(prompt.utf8))
        var shown = termios()
        let isTerminal = tcgetattr(STDIN_FILENO, &shown) == 0
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        if isTerminal { tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) }
        defer {
            if isTerminal { tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown) }
            complain("")
        }
        return try line()
    }
}
