import Core

/// Webhooks are signed with the time; beyond five minutes they count as stale.
struct ClockCheck {
    let offset: Duration?

    var finding: Finding {
        guard let offset else { return .information("clock", "there is no other clock to compare with.") }
        let seconds = abs(offset.milliseconds) / 1000
        if seconds > 60 {
            return .problem(
                "clock", "\(seconds) s away from the provider's; webhooks are refused from five minutes on.",
                "Let the machine keep its time: timedatectl set-ntp true")
        }
        return .ok("clock", "within \(max(seconds, 1)) s of the provider's.")
    }
}
