/// What is sent to those who wait: event streams.
package struct Notices: Sendable {
    package let events: EventHub

    package init(_ platform: Platform) {
        events = EventHub(
            database: platform.database, notifier: platform.notifier, time: platform.time, logger: platform.logger)
    }
}
