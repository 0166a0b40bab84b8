/// How patiently jobs are worked on: every wait and every number of tries has a bound here.
package struct WorkRules: Sendable {
    /// How long a worker may be silent before its work is somebody else's.
    package var lease: Duration = .seconds(30)
    /// Attempts that one worker has in hand at once, submitting, polling or storing.
    package var concurrency = 64
    package var retries = RetryPolicy()
    /// Tries to fetch an attempt's outputs before the attempt counts as failed.
    package var storeTries = 4
    package var storeDelay: Duration = .seconds(1)
    /// How long a provider that was asked to stop may take before the job is cancelled all the same.
    package var cancelPatience: Duration = .seconds(60)
    /// Between looks at the database when nothing woke the worker.
    package var idle: Duration = .seconds(1)

    package init() {}
}
