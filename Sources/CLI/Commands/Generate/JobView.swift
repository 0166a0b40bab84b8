import Core
import Foundation

/// The state of a job, as far as the command has received it.
struct JobView: Sendable, Equatable {
    var status = "queued"
    /// Jobs before it in the server's queue.
    var position: String?
    var providerPosition: Int?
    var percent: Int?
    /// Whether the percentage is the server's estimate by how long such jobs take.
    var isEstimate = false
    var log: String?
    var attempt = 1
    /// The connection is lost and is being made again.
    var isReconnecting = false

    /// What is going on, without how far.
    var phase: String {
        if isReconnecting { return "reconnecting" }
        switch status {
        case "pending": return "held"
        case "queued":
            return Int(position ?? "").map { $0 == 0 ? "next in the queue" : "in the queue, \($0) ahead" } ?? "queued"
        case "processing":
            if let providerPosition, percent == nil || isEstimate {
                return "in the provider's queue, \(providerPosition) ahead"
            }
            return attempt > 1 ? "processing, attempt \(attempt)" : "processing"
        default: return status
        }
    }

    /// One line that is drawn again and again: a bar, the phase, the provider's last message, the time.
    func line(width: Int, seconds: Int) -> String {
        let bar = Self.bar(percent ?? (status == "completed" ? 100 : 0))
        let share = percent.map { "\(isEstimate ? "~" : "")\($0) %" } ?? ""
        let parts = [bar, share, phase, log ?? "", "\(seconds) s"].filter { !$0.isEmpty }
        return String(parts.joined(separator: "  ").prefix(max(width - 1, 20)))
    }

    /// A line for output that is not redrawn; nil if it says the same as `earlier`.
    func news(since earlier: JobView) -> String? {
        if status == "processing", let log, log != earlier.log { return "\(percent.map { "\($0) %  " } ?? "")\(log)" }
        if phase != earlier.phase { return phase }
        return nil
    }

    private static func bar(_ percent: Int) -> String {
        let full = min(max(percent, 0), 100) / 5
        return String(repeating: "█", count: full) + String(repeating: "░", count: 20 - full)
    }
}

extension JobView {
    /// By an event of the job's stream.
    mutating func take(_ event: ServerEvent, _ data: JSON) {
        isReconnecting = false
        guard event.name == "progress" else {
            status = data["status"]?.string ?? status
            if event.name == "started" { attempt = data["data"]?["attempt"]?.integer.map { Int($0) } ?? attempt }
            if status != "processing" { (percent, providerPosition, log) = (nil, nil, nil) }
            return
        }
        if let percent = data["percent"]?.integer { (self.percent, isEstimate) = (Int(percent), false) }
        providerPosition = data["providerQueuePosition"]?.integer.map { Int($0) }
        log = data["log"]?.string ?? log
    }

    /// By what the server shows of the job: the place in its queue and its estimate are in no event.
    mutating func take(details: JSON) {
        // Not the state: an event may have brought a newer one meanwhile.
        position = details["progress"]?["queuePosition"]?.string
        if let percent = details["progress"]?["percent"]?.integer, status == "processing" {
            let isGuess = details["progress"]?["isEstimate"]?.bool ?? true
            if isGuess && self.percent != nil && !isEstimate { return }
            (self.percent, isEstimate) = (Int(percent), isGuess)
        } else if isEstimate {
            // It takes so long that the server no longer guesses.
            (percent, isEstimate) = (nil, false)
        }
    }
}
