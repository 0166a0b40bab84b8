import Core

/// What a check says of a file. Its members are always the same, so a program need not ask which are there; what is not
/// known is `null`.
struct CheckBody: Sendable {
    private let result: CheckProvenance.Result

    init(_ result: CheckProvenance.Result) {
        self.result = result
    }

    var json: JSON {
        [
            "madeHere": .bool(result.isMadeHere), "type": .string(result.type.contentType),
            "marks": [
                "digitalSourceType": Self.text(result.marks.digitalSourceType),
                "system": Self.text(result.marks.system), "tool": Self.text(result.marks.tool),
                "createdAt": Self.text(result.marks.createdAt?.text),
            ],
            "credentials": credentials,
        ]
    }

    private var credentials: JSON {
        let statement = result.credentials.statement
        return [
            "state": .string(result.credentials.state), "reason": Self.text(result.credentials.reason),
            "signer": Self.text(statement?.signer), "organization": Self.text(statement?.organization),
            "certificateInTime": statement.map { .bool(!$0.isOutsideValidity) } ?? .null,
            "digitalSourceType": Self.text(statement?.digitalSourceType), "tool": Self.text(statement?.tool),
            "createdAt": Self.text(statement?.createdAt?.text),
            "signedParent": statement.map { .bool($0.hasSignedParent) } ?? .null,
        ]
    }

    private static func text(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
}

extension FileCredentials {
    /// Its name in the API.
    var state: String {
        switch self {
        case .none: "none"
        case .signedHere: "signed_here"
        case .signedElsewhere: "signed_elsewhere"
        case .tampered: "tampered"
        case .unreadable: "unreadable"
        }
    }

    var reason: String? {
        switch self {
        case .tampered(let reason): reason.rawValue
        case .unreadable(let reason): reason.rawValue
        case .none, .signedHere, .signedElsewhere: nil
        }
    }

    /// What is signed, if it holds.
    var statement: Statement? {
        switch self {
        case .signedHere(let statement), .signedElsewhere(let statement): statement
        case .none, .tampered, .unreadable: nil
        }
    }
}
