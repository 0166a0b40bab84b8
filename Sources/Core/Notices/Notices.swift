/// What is sent to those who wait: event streams.
package struct Notices: Sendable {
    package let events: EventHub
    package let streams: OpenStreams

    package struct Settings: Sendable {
        package var streamsPerAccount: Int

        package init(streamsPerAccount: Int = 50) {
            self.streamsPerAccount = streamsPerAccount
        }
    }

    package init(_ platform: Platform, _ settings: Settings, _ accounts: Accounts) {
        events = EventHub(
            database: platform.database, notifier: platform.notifier, time: platform.time, logger: platform.logger)
        streams = OpenStreams(
            authenticator: accounts.authenticator, limit: settings.streamsPerAccount, time: platform.time,
            logger: platform.logger)
    }
}
