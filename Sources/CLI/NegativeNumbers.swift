import Core

/// The parser of arguments takes `-5` for the name of an option, and reports the argument as missing. Here it becomes
/// what a person means: the value of the option before it, or an argument.
enum NegativeNumbers {
    /// - Parameter findFlags: The options that take no value, such as `--json`. Called only if a number is negative.
    static func place(_ arguments: [String], flags findFlags: () -> Set<String>) -> [String] {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        let options = arguments[..<end]
        // That command's arguments go to another program as they are.
        guard options.contains(where: isNegative), arguments.first != "bench" else { return arguments }
        let flags = findFlags()
        var (placed, numbers): ([String], [String]) = ([], [])
        for (previous, argument) in zip([""] + options, options) {
            if !isNegative(argument) {
                placed.append(argument)
            } else if previous.hasPrefix("--"), !previous.contains("="), !flags.contains(previous) {
                placed[placed.endIndex - 1] += "=" + argument
            } else {
                numbers.append(argument)
            }
        }
        return numbers.isEmpty ? placed + arguments[end...] : placed + ["--"] + numbers + arguments[end...].dropFirst()
    }

    private static func isNegative(_ argument: String) -> Bool {
        let digits = argument.dropFirst()
        return argument.first == "-" && digits.first.map { isDigit($0) } == true
            && digits.allSatisfy { isDigit($0) || $0 == "." || $0 == "," }
    }

    private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
}

extension NegativeNumbers {
    /// The flags of a command and its subcommands, out of the parser's description of them.
    static func flags(in description: JSON) -> Set<String> {
        var (flags, options): (Set<String>, Set<String>) = ([], [])
        collect(description["command"] ?? .null, &flags, &options)
        return flags.subtracting(options)
    }

    private static func collect(_ command: JSON, _ flags: inout Set<String>, _ options: inout Set<String>) {
        for argument in command["arguments"]?.array ?? [] {
            let names = (argument["names"]?.array ?? []).filter { $0["kind"] == "long" }
                .compactMap { $0["name"]?.string }.map { "--" + $0 }
            if argument["kind"] == "flag" { flags.formUnion(names) } else { options.formUnion(names) }
        }
        for subcommand in command["subcommands"]?.array ?? [] { collect(subcommand, &flags, &options) }
    }
}
