/// What one check found, and what to do about it.
struct Finding: Encodable, Equatable {
    enum Status: String, Encodable {
        case ok
        /// Neither good nor bad, and good to know.
        case information
        /// It works, and not as it should.
        case warning
        case problem
    }

    let name: String
    let status: Status
    let message: String
    let advice: String?

    static func ok(_ name: String, _ message: String) -> Finding {
        Finding(name: name, status: .ok, message: message, advice: nil)
    }

    static func information(_ name: String, _ message: String) -> Finding {
        Finding(name: name, status: .information, message: message, advice: nil)
    }

    static func warning(_ name: String, _ message: String, _ advice: String) -> Finding {
        Finding(name: name, status: .warning, message: message, advice: advice)
    }

    static func problem(_ name: String, _ message: String, _ advice: String) -> Finding {
        Finding(name: name, status: .problem, message: message, advice: advice)
    }

    static func summary(problems: Int, warnings: Int) -> String {
        guard problems + warnings > 0 else { return "No problems." }
        return "\(problems) \(problems == 1 ? "problem" : "problems"), "
            + "\(warnings) \(warnings == 1 ? "warning" : "warnings")."
    }

    /// In columns, the advice below.
    var text: String {
        let mark = switch status {
        case .ok: "ok      "
        case .information: "info    "
        case .warning: "WARNING "
        case .problem: "PROBLEM "
        }
        let column = name.count < 14 ? name + String(repeating: " ", count: 14 - name.count) : name + " "
        let indent = "\n" + String(repeating: " ", count: 22)
        return mark + column + message + (advice.map { indent + "→ " + $0 } ?? "")
    }
}
