/// How much an account may store, and how long its files stay.
package struct FileRules: Sendable, Hashable {
    /// The most bytes that an account's files may have together. Outputs count too, but are never refused: they are
    /// paid for.
    package var quota: Int
    package var uploadsPerHour: Int
    /// The most files of an account that one node receives at the same time.
    var uploadsAtOnce = 8
    /// How long an upload stays that no job used.
    var uploadLifetime: Duration
    var outputLifetime: Duration
    /// How long a file stays in the trash, and how long a change of many files can be undone.
    package var trashLifetime: Duration

    package init(
        quota: Int = 5_000_000_000, uploadsPerHour: Int = 500,
        uploadLifetime: Duration = .seconds(30 * 86_400), outputLifetime: Duration = .seconds(90 * 86_400),
        trashLifetime: Duration = .seconds(7 * 86_400)
    ) {
        self.quota = quota
        self.uploadsPerHour = uploadsPerHour
        self.uploadLifetime = uploadLifetime
        self.outputLifetime = outputLifetime
        self.trashLifetime = trashLifetime
    }
}
