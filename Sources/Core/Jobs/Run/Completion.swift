import SQL

/// A job whose outputs are stored, to be completed by the attempt that made them.
struct Completion: Sendable {
    let attempt: ID<Attempt>
    let job: Job
    let outputs: [NewOutput]
    /// By which the provider made them, if it said so.
    var seed: UInt64?
    let now: Instant
}

extension JobStatements {
    /// Completes jobs by one set of statements. Returns for each whether it ended by this: its attempt may have ended
    /// before, and so may the job, by its deadline or a cancel. Then the result is the operator's cost.
    func complete(_ completions: [Completion]) throws -> [Bool] {
        try lock(completions.map(\.job.account))
        let alive = try succeed(completions.map { ($0.attempt, $0.now) })
        var first: Set<ID<Attempt>> = []
        // Once, in case two have settled the same attempt.
        let mayEnd = completions.map { alive.contains($0.attempt) && first.insert($0.attempt).inserted }
        let ended = try end(zip(completions, mayEnd).filter(\.1).map { completion, _ in
            JobEnding(
                completion.job, .completed(delivered: completion.outputs.count, seed: completion.seed),
                now: completion.now)
        })
        let isCompleted = zip(completions, mayEnd).map { completion, mayEnd in
            mayEnd && ended.contains(completion.job.id)
        }
        try transaction.files.insertOutputs(zip(completions, isCompleted).filter(\.1).flatMap(\.0.outputs))
        return isCompleted
    }
}
