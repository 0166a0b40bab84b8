import Core

/// A bulk task as the API shows it.
struct BulkTaskBody: Encodable {
    let id: String
    let action: String
    let tag: String?
    let state: String
    /// Nil until it is counted.
    let matched: Int?
    let done: Int
    let changed: Int
    let skipped: Int
    let skippedBecause: Reasons
    let undone: Int
    /// Those that undoing leaves as they are.
    let undoSkipped: Int
    /// Nil if the task cannot be undone, or is.
    let undo: Undo?
    let createdAt: String
    let endedAt: String?

    struct Reasons: Encodable {
        let inUse: Int
        let inTrash: Int
        let tooManyTags: Int
    }

    struct Undo: Encodable {
        let url: String
        let expiresAt: String
    }

    init(_ task: BulkTask, now: Instant) {
        id = task.id.rawValue
        action = task.action.name.rawValue
        tag = task.action.tag
        state = task.state.rawValue
        matched = task.matched
        done = task.counts.done
        changed = task.counts.changed
        skipped = task.counts.skipped
        skippedBecause = Reasons(
            inUse: task.counts.skippedInUse, inTrash: task.counts.skippedInTrash,
            tooManyTags: task.counts.skippedTags)
        undone = task.counts.undone
        undoSkipped = task.counts.undoSkipped
        undo = task.canBeUndone(at: now)
            ? Undo(url: "\(Self.location(of: task))/undo", expiresAt: task.undoUntil.text) : nil
        createdAt = task.createdAt.text
        endedAt = task.endedAt?.text
    }

    static func location(of task: BulkTask) -> String { "/api/assets/bulk/\(task.id)" }
}
