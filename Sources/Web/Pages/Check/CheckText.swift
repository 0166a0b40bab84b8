import Core

/// What a check found, in words for people.
struct CheckText: Sendable {
    struct Fact: Sendable {
        let name: String
        let value: String
    }

    let title: String
    let text: String
    /// `good`, `plain` or `bad`: a class of the style sheet.
    let look: String
    let facts: [Fact]

    private init(_ title: String, _ text: String, _ look: String, _ facts: [Fact] = []) {
        self.title = title
        self.text = text
        self.look = look
        self.facts = facts
    }

    init(_ result: CheckProvenance.Result) {
        let facts = Self.facts(of: result)
        if result.isMadeHere {
            self.init("Made here", "This server made exactly this file. It is unchanged.", "good", facts)
            return
        }
        switch result.credentials {
        case .signedHere:
            self.init(
                "Made here", "The file carries this server's signature, and is unchanged since it was signed.", "good",
                facts)
        case .signedElsewhere(let statement):
            let name = (statement.signer ?? statement.organization)
                .map { " The signer's name is given as “\($0)”." }
            self.init(
                "Signed elsewhere",
                """
                The file is unchanged since it was signed.\(name ?? "") This server does not know the signer and \
                cannot say who that is.
                """, "plain", facts)
        case .tampered(let reason):
            self.init(reason == .content ? "Changed after it was signed" : "Credentials that do not hold",
                Self.text(of: reason), "bad", facts)
        case .unreadable:
            self.init(
                "Credentials that cannot be checked here",
                "The file has content credentials, but they are damaged or of a form that this server does not read.",
                "plain", facts)
        case .none where result.marks == .none:
            self.init(
                "No marks",
                """
                The file says nothing about how it was made, and this server did not make exactly this file. It may \
                still be made by AI, also here: marks can be removed, and a changed copy is another file.
                """, "plain", facts)
        case .none:
            self.init(
                "Marked, not signed",
                """
                The file says how it was made. Nothing proves it: anyone can write or remove such a mark. This server \
                did not make exactly this file; it does not recognize a changed copy of one that it made.
                """, "plain", facts)
        }
    }

    init(_ error: APIError) {
        switch error.code {
        case "file_type": self.init("Not an image or a video", error.message, "bad")
        case "file_empty": self.init("The file is empty", "Choose another one.", "bad")
        case "file_missing", "invalid_form": self.init("No file", "Choose a file first.", "bad")
        case "file_too_large":
            let megabytes = CheckProvenance.sizeLimit >> 20
            self.init("The file is too large", "It may have at most \(megabytes) MB.", "bad")
        default: self.init("Not checked", error.message, "bad")
        }
    }

    private static func text(of reason: FileCredentials.Tampering) -> String {
        switch reason {
        case .content: "The file has content credentials, but the image or its metadata is not what was signed."
        case .exclusions: "The signature leaves out a part of the file, so it does not say that the file is unchanged."
        case .assertion, .signature: "The content credentials were changed, or do not belong to this file."
        case .ingredient: "The credentials of an earlier version, which this file carries, were changed."
        }
    }

    private static func facts(of result: CheckProvenance.Result) -> [Fact] {
        let (marks, statement) = (result.marks, result.credentials.statement)
        // Where the credentials do not hold, nothing that the file says is repeated: it was changed.
        if case .tampered = result.credentials, !result.isMadeHere {
            return [Fact(name: "File", value: result.type.name)]
        }
        let facts: [(String, String?)] = [
            ("File", result.type.name),
            (sayer(result), (statement?.digitalSourceType ?? marks.digitalSourceType).map(words)),
            ("Model", marks.system), ("Program", statement?.tool ?? marks.tool),
            ("Created", (statement?.createdAt ?? marks.createdAt).map(minute)),
            ("Signer", statement?.signer), ("Organization", statement?.organization),
            ("Certificate", statement?.isOutsideValidity == true ? "outside its period of validity" : nil),
            ("Made from", statement?.hasSignedParent == true ? "a file with credentials of its own" : nil),
        ]
        return facts.compactMap { name, value in value.map { Fact(name: name, value: $0) } }
    }

    /// Who says how it was made.
    private static func sayer(_ result: CheckProvenance.Result) -> String {
        switch result.credentials {
        case _ where result.isMadeHere: "How it was made"
        case .signedHere: "How it was made"
        case .signedElsewhere: "The signer says"
        case .tampered, .unreadable, .none: "The file says"
        }
    }

    private static func minute(_ instant: Instant) -> String {
        instant.text.prefix(16).replacing("T", with: " ") + " UTC"
    }

    /// The terms of IPTC's list in plain words.
    private static func words(_ term: String) -> String {
        switch term {
        case "trainedAlgorithmicMedia": "made by AI"
        case "compositeWithTrainedAlgorithmicMedia": "changed or completed with AI"
        case "algorithmicallyEnhanced": "enhanced by a program"
        case "compositeSynthetic": "put together, with parts made by a program"
        case "algorithmicMedia": "drawn by a program, without AI"
        case "digitalCapture": "taken with a camera"
        default: term
        }
    }
}
