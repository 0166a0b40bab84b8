/// One stream's share in what the hub sends.
package struct EventSubscription: Sendable {
    let account: ID<Account>
    let number: Int
    /// The hub has read so far, and sends what comes after.
    package let position: Int64
    package let batches: AsyncStream<EventBatch>
}
