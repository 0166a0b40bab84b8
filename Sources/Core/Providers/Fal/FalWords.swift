/// fal's last word on a request in the form in which an attempt keeps it, whether it came by webhook or by asking:
/// `{"status": "OK" | "ERROR", "payload", "error"?, "errorType"?, "statusCode"?}`.
enum FalWords {
    static func delivered(_ payload: JSON) -> JSON {
        ["status": "OK", "payload": payload]
    }

    static func failed(_ error: String, type: String?, status: Int, payload: JSON?) -> JSON {
        var words: [String: JSON] = [
            "status": "ERROR", "error": .string(String(error.prefix(1000))), "statusCode": .integer(Int64(status)),
        ]
        words["payload"] = payload
        words["errorType"] = type.map { .string($0) }
        return .object(words)
    }

    static func words(of body: FalWebhookBody) -> JSON {
        switch body.status {
        case .ok: delivered(body.payload ?? .null)
        case .error: failed(body.error ?? "", type: nil, status: statusCode(in: body.error ?? ""), payload: body.payload)
        }
    }

    static func outcome(of words: JSON) -> ProviderOutcome {
        guard words["status"]?.string == "OK" else { return .failed(failure(words)) }
        return .delivered(files(in: words["payload"] ?? .null))
    }

    private static func failure(_ words: JSON) -> ProviderFailure {
        let payload: FalErrorBody? = try? words["payload"]?.decode()
        let type = words["errorType"]?.string
        let error = payload.flatMap { $0.types.isEmpty && type != nil ? nil : $0 }
            ?? FalErrorBody(words["error"]?.string ?? "no reason given", errorType: type)
        let status = Int(words["statusCode"]?.integer ?? 500)
        // A failed request may be told of with HTTP 200 beside an error of its own.
        return FalFailure.read(status: status < 400 ? 500 : status, error: error)
    }

    /// `Invalid status code: 422`
    private static func statusCode(in error: String) -> Int {
        error.split(separator: " ").last.flatMap { Int($0) }.flatMap { (400..<600).contains($0) ? $0 : nil } ?? 500
    }

    /// The media of a model's output, in the order in which models name them. Masks and the like are not asked for.
    private static func files(in payload: JSON) -> [ProviderFile] {
        let flags = payload["has_nsfw_concepts"]?.array ?? []
        let listed = (payload["images"]?.array ?? payload["videos"]?.array ?? []).compactMap { FalFile($0) }
        let files = listed.isEmpty ? ["image", "video"].compactMap { payload[$0].flatMap { FalFile($0) } } : listed
        return files.enumerated().map { index, file in
            ProviderFile(url: file.url, isFlagged: index < flags.count && flags[index].bool == true)
        }
    }
}
