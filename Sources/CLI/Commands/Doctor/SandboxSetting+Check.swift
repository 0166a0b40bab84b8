import Core

extension SandboxSetting {
    func check(_ probe: Probe, isServing: Bool, time: Time) async -> ProviderCheck {
        switch await probe.get(url) {
        case .response(let response) where response.status == 200:
            return ProviderCheck(findings: [
                .ok("provider", "sandbox at \(url): paints pictures, nothing is made by AI. Set FAL_KEY for fal.ai."),
            ])
        case .response(let response):
            return ProviderCheck(findings: [
                .problem(
                    "provider", "what responds at \(url) is no sandbox (HTTP \(response.status)).",
                    "Give the sandbox another port with --sandbox-port."),
            ])
        case .none(let reason):
            if builtInPort != nil, !isServing {
                return ProviderCheck(findings: [
                    .information(
                        "provider",
                        "sandbox, which starts with the server. Nothing it makes is AI; set FAL_KEY for fal.ai."),
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
