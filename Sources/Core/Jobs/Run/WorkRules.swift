/// The time-outs and limits of work on jobs: every wait and every number of retries has a bound here.
package struct WorkRules: Sendable {
    /// How long a worker may be silent before its work passes to another.
    package var lease: Duration = .seconds(30)
    /// Attempts that one worker has in flight at once, submitting, polling or storing.
    package var concurrency = 64
    package var retries = RetryPolicy()
    /// How often an attempt's outputs are fetched before the attempt counts as failed.
    var storeTries = 4
    /// Before the second fetch; doubles with each.
    package var storeDelay: Duration = .seconds(1)
    /// How long a provider may take to stop before the job is cancelled anyway.
    var cancelTimeout: Duration = .seconds(60)
    /// Between polls of the database if nothing wakes the worker.
    package var idle: Duration = .seconds(1)

    package init() {}
}
