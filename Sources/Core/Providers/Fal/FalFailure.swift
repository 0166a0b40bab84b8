/// What fal's errors mean to us, by their type where they have one, else by HTTP's status.
enum FalFailure {
    static func read(status: Int, error: FalErrorBody?, retryAfter: Duration? = nil) -> ProviderFailure {
        let message = error.flatMap { $0.message.isEmpty ? nil : $0.message.beginning(bytes: 500) } ?? "HTTP \(status)"
        let (code, isTransient) = classify(status, error?.types ?? [])
        return ProviderFailure(code, message, isTransient: isTransient, retryAfter: retryAfter)
    }

    private static func classify(_ status: Int, _ types: [String]) -> (ProviderFailure.Code, isTransient: Bool) {
        for type in types {
            switch type {
            case "content_policy_violation": return (.contentPolicy, false)
            case "no_media_generated": return (.contentPolicy, false)
            case "client_cancelled", "client_disconnected": return (.cancelled, false)
            case "internal_server_error", "generation_timeout", "downstream_service_error",
                "downstream_service_unavailable", "request_timeout", "startup_timeout", "runner_scheduling_failure",
                "runner_connection_timeout", "runner_disconnected", "runner_connection_refused",
                "runner_connection_error", "runner_incomplete_response", "runner_server_error", "internal_error":
                return (.failed, true)
            case "concurrent_requests_limit": return (.rateLimited, true)
            default: continue
            }
        }
        switch status {
        case 401, 403: return (.misconfigured, false)
        case 408, 409, 425, 429: return (.rateLimited, true)
        case 499: return (.cancelled, false)
        case 400..<500: return (.invalidInput, false)
        default: return (.failed, true)
        }
    }
}
