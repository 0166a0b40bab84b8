import Core

extension SandboxSetting {
    func check(_ probe: Probe, isServing: Bool, time: Time) async -> ProviderCheck {
        switch await probe.get(url) {
        case .response(let response) where response.status == 200:
            return ProviderCheck(findings: [
                .ok("provider", "sandbox at \(url). Its images are not made by AI; set FAL_KEY to use fal.ai."),
            ])
        case .response(let response):
            return ProviderCheck(findings: [
                .problem(
                    "provider", "another server responds at \(url) (HTTP \(response.status)).",
                    "Choose another port for the sandbox with --sandbox-port."),
            ])
        case .none(let reason):
            if builtInPort != nil, !isServing {
                return ProviderCheck(findings: [
                    .information(
                        "provider",
                        "sandbox. It starts with the server. Its images are not made by AI; set FAL_KEY for fal.ai."),
                ])
            }
            return ProviderCheck(findings: [
                .problem(
                    "provider", "the sandbox at \(url) does not respond: \(reason).",
                    "Start it with 'darkroom sandbox', or correct DARKROOM_SANDBOX_URL and --sandbox-port."),
            ])
        }
    }
}
