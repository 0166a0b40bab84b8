/// What was found out about a provider.
struct ProviderCheck: Sendable {
    var findings: [Finding]
    /// How far the provider's clock is ahead of this machine's.
    var clockOffset: Duration?

    static let noProvider = ProviderCheck(findings: [
        .problem(
            "provider", "none: the sandbox is off, and no other provider has a key.",
            "Set FAL_KEY, or remove DARKROOM_SANDBOX."),
    ])
}
