/// The result of a request in the form in which an attempt stores it, whether it came by webhook or by polling:
/// `{"status": "OK" | "ERROR", "payload", "error"?, "errorType"?, "statusCode"?}`.
enum FalResult {
    static func delivered(_ payload: JSON) -> JSON {
        ["status": "OK", "payload": payload]
    }

    static func failed(_ error: String, type: String?, status: Int, payload: JSON?) -> JSON {
        var members: [String: JSON] = [
            "status": "ERROR", "error": .string(error.beginning(bytes: 1000)), "statusCode": .integer(Int64(status)),
        ]
        members["payload"] = payload
        members["errorType"] = type.map { .string($0) }
        return .object(members)
    }

    static func result(of body: FalWebhookBody) -> JSON {
        switch body.status {
        case .ok: delivered(body.payload ?? .null)
        case .error:
            failed(body.error ?? "", type: nil, status: statusCode(in: body.error ?? ""), payload: body.payload)
        }
    }

    static func outcome(of result: JSON) -> ProviderOutcome {
        guard result["status"]?.string == "OK" else { return .failed(failure(result)) }
        let payload = result["payload"] ?? .null
        return .delivered(files(in: payload), seed: seed(in: payload))
    }

    private static func failure(_ result: JSON) -> ProviderFailure {
        let payload = result["payload"].flatMap { FalErrorBody(json: $0) }
        let type = result["errorType"]?.string
        let error = payload.flatMap { $0.types.isEmpty && type != nil ? nil : $0 }
            ?? FalErrorBody(result["error"]?.string ?? "no reason given", errorType: type)
        let status = Int(result["statusCode"]?.integer ?? 500)
        // A failed request may be reported with HTTP 200 beside an error of its own.
        return FalFailure.read(status: status < 400 ? 500 : status, error: error)
    }

    /// `Invalid status code: 422`
    private static func statusCode(in error: String) -> Int {
        error.split(separator: " ").last.flatMap { Int($0) }.flatMap { (400..<600).contains($0) ? $0 : nil } ?? 500
    }

    /// Of 64 bits, where models draw it at random.
    private static func seed(in payload: JSON) -> UInt64? {
        switch payload["seed"] {
        case .integer(let seed): UInt64(exactly: seed)
        case .decimal(let seed): UInt64("\(seed)")
        default: nil
        }
    }

    /// The media of a model's output, in the order in which models name them. Masks and the like are not asked for.
    private static func files(in payload: JSON) -> [ProviderFile] {
        let flags = payload["has_nsfw_concepts"]?.array ?? []
        // A flag belongs to a place in the model's list, which counts what cannot be read as a file, too.
        func read(_ elements: [JSON]) -> [ProviderFile] {
            elements.enumerated().compactMap { index, element in
                FalFile(element).map {
                    ProviderFile(url: $0.url, isFlagged: index < flags.count && flags[index].bool == true)
                }
            }
        }
        let listed = read(payload["images"]?.array ?? payload["videos"]?.array ?? [])
        return listed.isEmpty ? read(["image", "video"].compactMap { payload[$0] }) : listed
    }
}
