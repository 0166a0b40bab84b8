import Core
import HTTPTypes

extension APIError {
    init(_ error: BulkError) {
        switch error {
        case .notFound:
            self = .notFound("task")
        case .tooManyTasks(let limit):
            self.init(
                .tooManyRequests, "too_many_tasks",
                "\(limit) tasks of this account have not ended. Wait until one has.",
                details: ["limit": .integer(Int64(limit))], retryAfter: .seconds(5))
        case .cannotBeUndone:
            self.init(
                .conflict, "undo_unavailable", "Deleted files cannot be restored. Next time, move them to the trash.")
        case .undoExpired:
            self.init(.conflict, "undo_expired", "The time in which this task could be undone is over.")
        }
    }

    init(_ error: ZipError) {
        switch error {
        case .empty:
            self.init(.unprocessableContent, "zip_empty", "The selection contains no files.")
        case .tooManyFiles(let limit):
            self.init(
                .unprocessableContent, "zip_too_large",
                "The selection contains more than \(limit) files. Download it in parts, such as by 'from' and 'to'.",
                details: ["files": .integer(Int64(limit))])
        case .tooLarge(let limit):
            self.init(
                .unprocessableContent, "zip_too_large",
                "The selection is larger than \(limit) bytes. Download it in parts, such as by 'from' and 'to'.",
                details: ["bytes": .integer(Int64(limit))])
        }
    }
}
