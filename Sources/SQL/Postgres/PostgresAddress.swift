import CLibpq
import Foundation

/// The address of a PostgreSQL server, in libpq's form. It may hold a password, so it is never printed as it is.
package struct PostgresAddress: Sendable, Hashable {
    /// What libpq receives: the given address, with time-outs added where it has none.
    package let url: String
    /// Without a password.
    package let shown: String
    package let hasPassword: Bool

    /// Nil if libpq does not understand it. Its message is not passed on: it would repeat the password.
    package init?(_ text: String) {
        guard ["postgresql://", "postgres://"].contains(where: text.hasPrefix),
            let options = PostgresAddress.options(text)
        else { return nil }
        url = PostgresAddress.adding(PostgresAddress.bounds.filter { options[$0.name] == nil }, to: text)
        shown = PostgresAddress.shown(options)
        hasPassword = options["password"] != nil
    }

    /// So that an unreachable server is detected in seconds; libpq would wait for the system's minutes.
    private static let bounds = [
        (name: "connect_timeout", value: "5"), (name: "tcp_user_timeout", value: "15000"),
        (name: "keepalives_idle", value: "15"),
        (name: "keepalives_interval", value: "5"), (name: "keepalives_count", value: "3"),
        (name: "fallback_application_name", value: "darkroom"),
    ]

    private static func adding(_ options: [(name: String, value: String)], to text: String) -> String {
        let (address, query) = (text.prefix { $0 != "?" }, text.contains("?"))
        // A query needs a path before it, even an empty one.
        let slash = address.dropFirst(text.hasPrefix("postgresql://") ? 13 : 11).contains("/") ? "" : "/"
        let given = query ? text.dropFirst(address.count + 1) : ""
        let all = (given.isEmpty ? [] : [String(given)]) + options.map { "\($0.name)=\($0.value)" }
        return address + slash + (all.isEmpty ? "" : "?" + all.joined(separator: "&"))
    }

    private static func options(_ text: String) -> [String: String]? {
        guard let parsed = PQconninfoParse(text, nil) else { return nil }
        defer { PQconninfoFree(parsed) }
        var options: [String: String] = [:]
        var next = parsed
        while let keyword = next.pointee.keyword {
            if let value = next.pointee.val { options[String(cString: keyword)] = String(cString: value) }
            next += 1
        }
        return options
    }

    private static func shown(_ options: [String: String]) -> String {
        let user = options["user"].map { $0 + "@" } ?? ""
        let host = options["host"] ?? options["hostaddr"] ?? ""
        let port = options["port"].map { ":" + $0 } ?? ""
        return "postgresql://" + user + host + port + (options["dbname"].map { "/" + $0 } ?? "")
    }
}

extension PostgresAddress: CustomStringConvertible, CustomReflectable {
    package var description: String { shown }
    package var customMirror: Mirror { Mirror(self, children: ["shown": shown]) }
}
