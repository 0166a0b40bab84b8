import SQL

/// A change of all assets of a selection: made in batches, by whatever node has time, and undone in the same way.
package struct BulkTask: Sendable, Hashable {
    package enum State: String, Sendable, Hashable {
        case queued, running, completed, failed, undoing, undone

        package var isEnded: Bool { self == .completed || self == .failed || self == .undone }
    }

    /// How many assets came to what.
    package struct Counts: Sendable, Hashable {
        /// Those that are as the action has them, whether or not they were before.
        package var done = 0
        /// Those of them that were not.
        package var changed = 0
        package var skippedInUse = 0
        package var skippedInTrash = 0
        package var skippedTags = 0
        package var undone = 0
        /// Those that the task changed and that undoing it leaves as they are.
        package var undoSkipped = 0

        package var skipped: Int { skippedInUse + skippedInTrash + skippedTags }

        mutating func skip(_ reason: BulkAction.Skip) {
            switch reason {
            case .inUse: skippedInUse += 1
            case .inTrash: skippedInTrash += 1
            case .tooManyTags: skippedTags += 1
            }
        }
    }

    package let id: ID<BulkTask>
    package let account: ID<Account>
    package let action: BulkAction
    let selection: BulkSelection
    package var state: State
    /// From behind which asset the next batch begins, newest first. At first it is behind the newest that there was.
    var cursor: ID<Asset>
    /// Nil while it is not known yet.
    package var matched: Int?
    package var counts: Counts
    /// Until when it can be undone.
    package let undoUntil: Instant
    package let createdAt: Instant
    package var endedAt: Instant?
    /// Batches that failed since the last one that did not.
    var tries: Int

    /// Whether there is something to undo, or will be.
    package func canBeUndone(at now: Instant) -> Bool {
        guard action.canBeUndone, now < undoUntil else { return false }
        switch state {
        case .queued, .running: return true
        case .completed, .failed: return counts.changed > counts.undone + counts.undoSkipped
        case .undoing, .undone: return false
        }
    }
}

package enum BulkError: Error, Sendable, Hashable {
    case notFound
    /// So many of the account's have not ended.
    case tooManyTasks(limit: Int)
    /// What is deleted is gone.
    case cannotBeUndone
    case undoExpired
}
