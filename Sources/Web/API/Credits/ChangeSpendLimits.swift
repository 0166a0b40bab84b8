import Core
import HTTPTypes
import Hummingbird

/// `GET /api/limits` shows what may be spent and what was; `PUT /api/limits/account`, `/members/{id}` and `/keys/{id}`
/// set it.
struct ChangeSpendLimits: Sendable {
    private let limits: SpendLimits

    init(limits: SpendLimits) {
        self.limits = limits
    }

    private struct Envelope: Encodable { let limits: [LimitBody] }

    private struct LimitBody: Encodable {
        let scope: String
        let memberId: String?
        let keyId: String?
        let period: SpendLimit.Period
        let amount: Credits
        let spent: Credits
        let left: Credits
        let renewsAt: String

        init(_ state: SpendState) {
            scope = state.limit.scope.name
            memberId = state.limit.scope.member?.rawValue
            keyId = state.limit.scope.key?.rawValue
            period = state.limit.period
            amount = state.limit.amount
            spent = state.spent
            left = state.left
            renewsAt = state.renewsAt.text
        }
    }

    @Sendable func list(_ request: Request, _ context: AccountContext) async throws -> Response {
        .json(Envelope(limits: try await limits.list(for: context.actor).map(LimitBody.init)))
    }

    @Sendable func setAccount(_ request: Request, _ context: AccountContext) async throws -> Response {
        try await set(.account, request, context)
    }

    @Sendable func setMember(_ request: Request, _ context: AccountContext) async throws -> Response {
        guard let id = context.parameters.get("id").flatMap({ ID<User>(checking: $0) }) else {
            throw SpendLimitError.noSuchMember
        }
        return try await set(.member(id), request, context)
    }

    @Sendable func setKey(_ request: Request, _ context: AccountContext) async throws -> Response {
        guard let id = context.parameters.get("id").flatMap({ ID<APIKey>(checking: $0) }) else {
            throw SpendLimitError.noSuchKey
        }
        return try await set(.key(id), request, context)
    }

    private func set(
        _ scope: SpendLimit.Scope, _ request: Request, _ context: AccountContext
    ) async throws -> Response {
        let body = try ObjectBody(await request.json(), ["perDay", "perMonth"])
        var amounts: [SpendLimit.Period: Credits] = [:]
        amounts[.day] = try body.credits("perDay")
        amounts[.month] = try body.credits("perMonth")
        return .json(Envelope(limits: try await limits.set(scope, amounts, by: context.actor).map(LimitBody.init)))
    }
}

extension SpendLimit.Scope {
    var member: ID<User>? { if case .member(let user) = self { user } else { nil } }
    var key: ID<APIKey>? { if case .key(let key) = self { key } else { nil } }
}
