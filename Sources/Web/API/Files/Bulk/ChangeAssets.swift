import Core
import HTTPTypes
import Hummingbird

/// `POST /api/assets/bulk`, what becomes of it, and its undoing. All respond with the task.
struct ChangeAssets: Sendable {
    private let bulk: BulkTasks
    private let time: Time

    init(bulk: BulkTasks, time: Time) {
        self.bulk = bulk
        self.time = time
    }

    @Sendable func begin(_ request: Request, _ context: AccountContext) async throws -> Response {
        let bytes = try await request.bytes(limit: BulkSelection.bodyLimit)
        let json = try JSON(body: bytes)
        let body = try ObjectBody(json, ["action", "tag"] + BulkSelection.names)
        let action = try Self.action(body)
        let selection = try BulkSelection(body, isTrash: action == .restore)
        try Self.check(action, selection)
        let idempotency = try request.idempotency(route: "bulk", body: json, bytes: bytes)
        return response(to: try await bulk.begin(action, selection, by: context.actor, idempotency: idempotency))
    }

    /// `POST /api/assets/trash/empty`: all that is in the trash now is deleted.
    @Sendable func emptyTrash(_ request: Request, _ context: AccountContext) async throws -> Response {
        let idempotency = try request.idempotency(route: "bulk", meaning: "empty the trash")
        return response(to: try await bulk.begin(
            .delete, .filter(AssetFilter(isTrash: true), except: []), by: context.actor, idempotency: idempotency))
    }

    /// `GET /api/assets/bulk/{id}`
    @Sendable func show(_ request: Request, _ context: AccountContext) async throws -> Response {
        .json(BulkTaskBody(try await bulk.find(context.bulkTaskID(), of: context.account), now: time.now()))
    }

    /// `POST /api/assets/bulk/{id}/undo`
    @Sendable func undo(_ request: Request, _ context: AccountContext) async throws -> Response {
        let task = try await bulk.undo(context.bulkTaskID(), of: context.account)
        return .json(BulkTaskBody(task, now: time.now()), status: .accepted)
    }

    private func response(to outcome: BulkTasks.Outcome) -> Response {
        switch outcome {
        case .begun(let task):
            return response(task)
        case .repeated(let task):
            var response = response(task)
            response.headers[.idempotentReplayed] = "true"
            return response
        }
    }

    private func response(_ task: BulkTask) -> Response {
        .json(
            BulkTaskBody(task, now: time.now()), status: .accepted, location: BulkTaskBody.location(of: task))
    }

    private static func action(_ body: ObjectBody) throws(APIError) -> BulkAction {
        let known = BulkAction.Name.allCases.map(\.rawValue).joined(separator: ", ")
        guard let text = try body.text("action") else {
            throw APIError(
                .unprocessableContent, "missing_parameter", "'action' is required. It is one of: \(known).",
                field: "action")
        }
        guard let name = BulkAction.Name(rawValue: text) else {
            throw .invalidParameter("action", "'action' must be one of: \(known).")
        }
        guard let action = BulkAction(name, tag: try body.tag()) else {
            throw .invalidParameter("tag", "'tag' is required for 'tag' and 'untag', and for nothing else.")
        }
        return action
    }

    /// What would skip or leave all that is selected is a mistake.
    private static func check(_ action: BulkAction, _ selection: BulkSelection) throws(APIError) {
        guard case .filter(let filter, _) = selection else { return }
        switch action {
        case .delete: return
        case .restore:
            guard !filter.isTrash else { return }
            throw .invalidParameter("query.trash", "Only files in the trash can be restored. Leave 'trash' out.")
        case .favorite, .unfavorite, .tag, .untag, .trash:
            guard filter.isTrash else { return }
            throw .invalidParameter("query.trash", "Files in the trash can only be restored or deleted.")
        }
    }
}

extension AccountContext {
    /// Throws 404 for what is no id, as it is the id of nothing.
    fileprivate func bulkTaskID() throws(APIError) -> ID<BulkTask> {
        guard let id = parameters.get("id").flatMap({ ID<BulkTask>(checking: $0) }) else { throw .notFound("task") }
        return id
    }
}
