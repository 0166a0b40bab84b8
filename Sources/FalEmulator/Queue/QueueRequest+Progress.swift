import Core

extension QueueRequest {
    /// The status that a waiting caller gets.
    func status(ahead: Int, withLogs: Bool, usualDuration: Duration, now: Instant) -> FalStatus {
        var status = FalStatus(state, requestID: id.rawValue)
        status.responseURL = url
        status.statusURL = url + "/status"
        status.cancelURL = url + "/cancel"
        switch state {
        case .inQueue:
            status.queuePosition = ahead + pretendedAhead(now: now)
        case .inProgress, .completed:
            status.logs = withLogs ? logs(usualDuration: usualDuration, now: now) : []
        }
        if let endedAt, state == .completed {
            status.inferenceTime = Double((endedAt - (startedAt ?? endedAt)).milliseconds) / 1000
            status.error = outcome?.error
            status.errorType = outcome?.errorType
        }
        return status
    }

    /// The scripted wait in the queue, shown as requests that take a second each.
    private func pretendedAhead(now: Instant) -> Int {
        script.has(.queue) ? max(0, Int(((startAt - now).milliseconds + 999) / 1000)) : 0
    }

    func duration(usual: Duration) -> Duration {
        script.count(of: .slow).map { .seconds($0) } ?? usual
    }

    /// The lines that were logged by `now`. They follow from the clock, so none are stored.
    private func logs(usualDuration: Duration, now: Instant) -> [FalLogLine] {
        guard let startedAt else { return [] }
        let until = min(endedAt ?? now, now)
        let length = endedAt.map { $0 - startedAt } ?? duration(usual: usualDuration)
        var lines = [FalLogLine("Loading the sandbox (not AI)", timestamp: startedAt.text)]
        for percent in stride(from: 10, through: 90, by: 10) {
            let at = startedAt + length * percent / 100
            if at <= until { lines.append(FalLogLine("Rendering \(percent)%", timestamp: at.text)) }
        }
        if let endedAt {
            let isDone = outcome?.isSuccess == true
            lines.append(FalLogLine(
                isDone ? "Rendering 100%" : outcome?.error ?? "Failed", level: isDone ? "INFO" : "ERROR",
                timestamp: endedAt.text))
        }
        return lines
    }
}
