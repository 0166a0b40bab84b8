import Core

/// Webhooks are signed with the time; beyond five minutes they count as stale.
struct ClockCheck {
    let offset: Duration?

    var finding: Finding {
        guard let offset else { return .information("clock", "not checked: there is no other clock to compare with.") }
        let seconds = abs(offset.milliseconds) / 1000
        if seconds > 60 {
            return .problem(
                "clock", "differs by \(seconds) s from the provider's clock. Webhooks are rejected at 300 s.",
                "Synchronize the clock of this machine: timedatectl set-ntp true")
        }
        return .ok("clock", "differs by at most \(max(seconds, 1)) s from the provider's clock.")
    }
}
