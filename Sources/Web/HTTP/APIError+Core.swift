import Core
import Edge
import Foundation
import HTTPTypes
import SQL

/// Turns what Core throws into a status, a code and a sentence: here, or in the file of its noun beside this one.
extension APIError {
    /// Returns nil if the error is not for the client: then its cause is logged, and the client receives
    /// `internal_error`.
    init?(core error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as SubmitError: self.init(error)
        case let error as LedgerError: self.init(error)
        case let error as SpendLimitReached: self.init(error)
        case let error as SpendLimitError: self.init(error)
        case let error as CancelError: self.init(error)
        case is IdempotencyError:
            self.init(
                .conflict, "idempotency_key_reused",
                "This Idempotency-Key was used for a different request. Use a new key.", field: "Idempotency-Key")
        case let error as WebhookRefusal: self.init(error)
        case let error as TooManyStreams:
            self.init(
                .tooManyRequests, "too_many_streams",
                "This account has \(error.limit) open event streams. Close one, or follow all jobs with one.",
                details: ["limit": .integer(Int64(error.limit))], retryAfter: .seconds(10))
        case let error as DatabaseError: self.init(error)
        case is BrokenBody: self = .brokenBody
        default:
            let known = APIError(accounts: error) ?? APIError(files: error) ?? APIError(billing: error)
                ?? APIError(catalog: error)
            guard let known else { return nil }
            self = known
        }
    }

    /// The connection cannot be used for another request: nobody knows where this one ends.
    private static let brokenBody: APIError = {
        var error = APIError(
            .badRequest, "bad_request", "The body of the request is broken or ended early. Send the request again.")
        error.headers[.connection] = "close"
        return error
    }()

    private init(_ error: SubmitError) {
        switch error {
        case .parameter(let error):
            self.init(.unprocessableContent, error.code.rawValue, error.message, field: error.field)
        case .catalog(.unknownKind(let name, let known)):
            self.init(
                .unprocessableContent, "unknown_kind",
                "Unknown kind '\(name.excerpt)'. Supported kinds: \(known.joined(separator: ", ")).", field: "kind")
        case .catalog(.unknownEndpoint(let name, let kind, let known)):
            self.init(
                .unprocessableContent, "unknown_endpoint",
                """
                Endpoint '\(name.excerpt)' does not support kind '\(kind.rawValue)'. Supported endpoints: \
                \(known.joined(separator: ", ")).
                """,
                field: "endpoint")
        case .accountDisabled:
            self.init(.forbidden, "account_disabled", "This account is disabled. Contact the operator.")
        case .queueFull(let limit):
            self.init(
                .tooManyRequests, "queue_full",
                "This account already has \(limit) waiting jobs. Wait until some have ended.",
                details: ["limit": .integer(Int64(limit))], retryAfter: .seconds(10))
        case .rateLimited(let limit, let retryAfter, let lifted):
            let advice = lifted.map { "Wait, change the plan, or buy credits: with some left, \($0) are allowed." }
                ?? "Wait, or change the plan."
            self.init(
                .tooManyRequests, "rate_limited", "This account may request \(limit) jobs per hour. \(advice)",
                details: ["limit": .integer(Int64(limit))], retryAfter: retryAfter)
        case .tooMany(let limit):
            self = .invalidParameter("jobs", "'jobs' must contain 1 to \(limit) requests.")
        case .fetch(let error, let field): self = APIError(error).ofInput(field)
        case .input(let error, let field): self = APIError(error).ofInput(field)
        case .tooManyAddresses(let limit):
            self.init(
                .unprocessableContent, "too_many_addresses",
                "One request can name at most \(limit) different URLs and data URIs. Upload the images first.")
        case .inBatch(let index, let error):
            self.init(error)
            field = "jobs.\(index)" + (field.map { "." + $0 } ?? "")
        }
    }

    /// What is too large or of another type is not this request's body.
    private func ofInput(_ field: String) -> APIError {
        var error = self
        error.field = field
        if [.contentTooLarge, .unsupportedMediaType].contains(status) { error.status = .unprocessableContent }
        return error
    }

    private init(_ error: LedgerError) {
        switch error {
        case .insufficientCredits(let required, let available):
            self.init(
                .init(code: 402), "insufficient_credits",
                "This costs \(required) credits, but only \(available) are available. Buy credits or request less.",
                details: ["required": .decimal(required.decimal), "available": .decimal(available.decimal)])
        }
    }

    private init(_ error: SpendLimitReached) {
        let (scope, period) = (error.limit.scope, error.limit.period)
        let whose = switch scope {
        case .account: "this account"
        case .member: "your membership of this account"
        case .key: "this API key"
        }
        var limit: [String: JSON] = [
            "scope": .string(scope.name), "period": .string(period.rawValue),
            "amount": .decimal(error.limit.amount.decimal),
        ]
        limit["memberId"] = scope.member.map { .string($0.rawValue) }
        limit["keyId"] = scope.key.map { .string($0.rawValue) }
        self.init(
            .init(code: 402), "spend_limit_reached",
            """
            This costs \(error.required) credits, but the spend limit of \(whose) leaves \(error.left) until the \
            next \(period.rawValue) begins. Request less, wait, or ask an owner or admin to raise the limit.
            """,
            details: [
                "limit": .object(limit), "required": .decimal(error.required.decimal),
                "left": .decimal(error.left.decimal), "renewsAt": .string(error.renewsAt.text),
            ])
    }

    private init(_ error: SpendLimitError) {
        switch error {
        case .notAllowed: self.init(.forbidden, "not_allowed", "Only an owner or admin can change spend limits.")
        case .noSuchMember: self = .notFound("member")
        case .noSuchKey: self = .notFound("key")
        case .tooMany(let limit):
            self.init(
                .unprocessableContent, "too_many_limits",
                "An account can have at most \(limit) spend limits. Remove one first.")
        }
    }

    private init(_ error: CancelError) {
        switch error {
        case .notFound: self = .notFound("job")
        case .ended(let state):
            self.init(.conflict, "job_ended", "The job is already \(state.rawValue) and cannot be cancelled.")
        }
    }

    private init(_ refusal: WebhookRefusal) {
        switch refusal {
        case .unknownToken: self.init(.notFound, refusal.rawValue, "The webhook URL does not belong to any attempt.")
        case .malformed: self.init(.badRequest, refusal.rawValue, "The body is not a webhook of this provider.")
        case .badSignature: self.init(.forbidden, refusal.rawValue, "The signature is invalid.")
        case .stale:
            self.init(
                .unauthorized, refusal.rawValue,
                "The timestamp of the signature differs from the server's clock by more than five minutes.")
        case .wrongAccount:
            self.init(
                .misdirectedRequest, refusal.rawValue,
                "The webhook was signed for a different account of the provider.")
        case .wrongRequest:
            self.init(.conflict, refusal.rawValue, "The attempt belongs to a different request of the provider.")
        case .keysUnavailable:
            self.init(
                .serviceUnavailable, refusal.rawValue, "The provider's signing keys are unavailable. Try again later.",
                retryAfter: .seconds(30))
        }
    }

    private init?(_ error: DatabaseError) {
        switch error.kind {
        case .busy:
            self.init(
                .serviceUnavailable, "busy", "The server is busy. Try again in a moment.", retryAfter: .seconds(1))
        case .unavailable:
            self.init(
                .serviceUnavailable, "unavailable",
                """
                The database is unavailable. Retry with the same Idempotency-Key; the request will not be processed \
                twice.
                """,
                retryAfter: .seconds(2))
        case .full:
            self.init(
                .serviceUnavailable, "unavailable",
                "The database cannot be written because its disk is full. Nothing was changed. Try again later.",
                retryAfter: .seconds(5))
        case .unstorable:
            self.init(
                .unprocessableContent, "invalid_parameter",
                "A text of the request contains the character U+0000, which cannot be stored.")
        default: return nil
        }
    }
}
