@testable import Core
import Edge
import Foundation
import HTTPTypes
import Hummingbird
import SQL
import Testing
@testable import Web

/// Which status and code each error of Core has: clients act on them.
struct APIErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let error: any Error
        /// Status, code, field.
        let expected: String
        let retryAfter: Int64?
        var testDescription: String { "\(error)" }

        init(_ error: any Error, _ expected: String, retryAfter: Int64? = nil) {
            self.error = error
            self.expected = expected
            self.retryAfter = retryAfter
        }
    }

    private static let limit = SpendLimit(
        scope: .key(ID(rawValue: "k")), period: .month, amount: Credits(hundredths: 1050))
    private static let refused = StripeError.Refusal(
        status: 400, type: "invalid_request_error", code: nil, parameter: nil, message: "secret", requestID: nil)
    private static let declined = StripeError.Refusal(
        status: 402, type: "card_error", code: "card_declined", parameter: nil, message: "No.", requestID: nil)

    static let accounts: [Case] = [
        Case(AuthenticationError.invalidToken, "401 invalid_token"),
        Case(AuthenticationError.expiredToken, "401 expired_token"),
        Case(AuthenticationError.sessionEnded, "401 session_ended"),
        Case(AuthenticationError.unknownKey, "401 invalid_key"),
        Case(AuthenticationError.userDisabled, "403 user_disabled"),
        Case(AuthenticationError.accountDisabled, "403 account_disabled"),
        Case(AuthenticationError.noSuchAccount, "404 not_found"),
        Case(APIKeyError.notAllowed, "403 not_allowed"), Case(APIKeyError.invalidName, "422 invalid_parameter name"),
        Case(APIKeyError.tooMany, "422 too_many_keys"), Case(APIKeyError.notFound, "404 not_found"),
        Case(SignInError.invalidCredentials, "401 invalid_credentials"),
        Case(SignInError.emailNotConfirmed, "403 email_not_confirmed"),
        Case(SignInError.userDisabled, "403 user_disabled"),
        Case(SignInError.throttled(Throttled(retryAfter: .seconds(7))), "429 rate_limited", retryAfter: 7),
        Case(SignUpError.notOpen(.invite), "403 sign_up_closed"),
        Case(SignUpError.notOpen(.closed), "403 sign_up_closed"),
        Case(SignUpError.invalidEmail, "422 invalid_parameter email"),
        Case(SignUpError.invalidMetadata, "422 invalid_parameter data"),
        Case(SignUpError.password(.tooShort), "422 weak_password password"),
        Case(SignUpError.taken, "409 user_already_exists email"),
        Case(SignUpError.throttled(Throttled(retryAfter: .seconds(9))), "429 rate_limited", retryAfter: 9),
        Case(PasswordRules.Problem.guessable, "422 weak_password password"),
        Case(PasswordRules.Problem.tooLong, "422 weak_password password"),
        Case(PasswordRules.Problem.common, "422 weak_password password"),
        Case(Passwords.Busy(), "503 busy", retryAfter: 1),
    ]

    static let jobs: [Case] = [
        Case(
            SubmitError.parameter(ParameterError(code: .unsupported, field: "seed", message: "No.")),
            "422 parameter_not_supported seed"),
        Case(SubmitError.catalog(.unknownKind("x", known: ["a"])), "422 unknown_kind kind"),
        Case(SubmitError.catalog(.unknownEndpoint("x", kind: "a", known: [])), "422 unknown_endpoint endpoint"),
        Case(SubmitError.accountDisabled, "403 account_disabled"),
        Case(SubmitError.queueFull(limit: 100), "429 queue_full", retryAfter: 10),
        Case(SubmitError.rateLimited(limit: 5, retryAfter: .seconds(61)), "429 rate_limited", retryAfter: 61),
        Case(SubmitError.tooMany(limit: 20), "422 invalid_parameter jobs"),
        Case(
            SubmitError.inBatch(3, .parameter(ParameterError(code: .missing, field: "prompt", message: "No."))),
            "422 missing_parameter jobs.3.prompt"),
        Case(SubmitError.inBatch(0, .accountDisabled), "403 account_disabled jobs.0"),
        Case(LedgerError.insufficientCredits(required: .whole(6), available: .zero), "402 insufficient_credits"),
        Case(
            SpendLimitReached(limit: limit, required: .whole(6), left: .zero, renewsAt: Instant(seconds: 0)),
            "402 spend_limit_reached"),
        Case(SpendLimitError.notAllowed, "403 not_allowed"), Case(SpendLimitError.noSuchMember, "404 not_found"),
        Case(SpendLimitError.noSuchKey, "404 not_found"),
        Case(SpendLimitError.tooMany(limit: 5), "422 too_many_limits"),
        Case(CancelError.notFound, "404 not_found"), Case(CancelError.ended(.completed), "409 job_ended"),
        Case(IdempotencyError.keyReused, "409 idempotency_key_reused Idempotency-Key"),
        Case(WebhookRefusal.unknownToken, "404 webhook_unknown_token"),
        Case(WebhookRefusal.malformed, "400 webhook_malformed"),
        Case(WebhookRefusal.badSignature, "403 webhook_bad_signature"), Case(WebhookRefusal.stale, "401 webhook_stale"),
        Case(WebhookRefusal.wrongAccount, "421 webhook_wrong_account"),
        Case(WebhookRefusal.wrongRequest, "409 webhook_wrong_request"),
        Case(WebhookRefusal.keysUnavailable, "503 webhook_keys_unavailable", retryAfter: 30),
        Case(PricingError.noPrice(of: "x"), "422 no_price"), Case(PricingError.outOfRange, "422 price_out_of_range"),
        Case(PriceDraftError.notFound, "404 not_found"), Case(PriceDraftError.noSuchVersion, "404 not_found"),
        Case(PriceDraftError.changed(revision: 2), "409 draft_changed revision"),
        Case(PriceDraftError.outdated(basedOn: 1, current: 2), "409 draft_outdated"),
        Case(PriceDraftError.invalidNote, "422 invalid_parameter note"),
        Case(PriceDraftError.tooMany(limit: 50), "422 too_many_drafts"),
        Case(
            PriceDraftError.document(PriceDocumentError(path: "image.base", message: "is missing")),
            "422 invalid_prices document.image.base"),
        Case(PriceDraftError.document(PriceDocumentError(path: "", message: "x")), "422 invalid_prices document"),
    ]

    static let files: [Case] = [
        Case(AssetError.notFound, "404 not_found"), Case(AssetError.empty, "422 file_empty"),
        Case(AssetError.wrongType(found: nil, allowed: [.png]), "415 file_type"),
        Case(AssetError.damaged(.png), "422 file_damaged"),
        Case(AssetError.tooManyPixels(ImageSize(width: 9, height: 8)), "422 image_too_large"),
        Case(AssetError.decodesTooLarge(ImageSize(width: 9, height: 8), bytes: 576), "422 image_too_large"),
        Case(AssetError.tooManyFrames(501), "422 image_too_large"),
        Case(AssetError.tooCostly(.heic), "422 image_too_large"),
        Case(AssetError.notConvertible(.avif), "422 conversion_unavailable"),
        Case(AssetError.busy, "503 busy", retryAfter: 2),
        Case(AssetError.tooManyAtOnce(limit: 8), "429 too_many_uploads", retryAfter: 2),
        Case(AssetError.tooLarge(limit: 7), "413 file_too_large"),
        Case(AssetError.quotaExceeded(used: 1, limit: 2), "413 storage_full"),
        Case(AssetError.tooManyUploads(limit: 5, retryAfter: .milliseconds(1)), "429 too_many_uploads", retryAfter: 1),
        Case(AssetError.inUse(by: ID(rawValue: "j")), "409 asset_in_use"),
        Case(AssetError.invalidName, "422 invalid_parameter name"),
        Case(AssetError.invalidTags, "422 invalid_parameter tags"),
        Case(AssetError.removedMeanwhile, "503 file_removed", retryAfter: 1),
        Case(FileStoreError.notFound, "404 not_found"), Case(FileStoreError.tooLarge(limit: 7), "413 file_too_large"),
        Case(FileStoreError.full("/secret"), "503 storage_unavailable", retryAfter: 60),
        Case(FileStoreError.unavailable("/secret"), "503 storage_unavailable", retryAfter: 10),
        Case(LinkError.invalid, "403 link_invalid"), Case(LinkError.expired, "403 link_expired"),
        Case(FetchError.invalidAddress, "422 invalid_address"),
        Case(FetchError.privateAddress(host: "secret"), "422 address_refused"),
        Case(FetchError.unresolved(host: "secret"), "422 address_refused"),
        Case(FetchError.tooLarge(limit: 7), "413 file_too_large"), Case(FetchError.timedOut, "422 address_unreadable"),
        Case(FetchError.status(500, retryAfter: nil), "422 address_unreadable"),
        Case(FetchError.unreachable("secret"), "422 address_unreadable"),
        Case(MultipartError.malformed, "400 invalid_form"), Case(MultipartError.tooMuch, "413 form_too_large"),
        Case(MultipartError.noFile, "422 file_missing file"),
    ]

    static let others: [Case] = [
        Case(BrokenBody(), "400 bad_request"), Case(BillingError.off, "503 billing_not_configured"),
        Case(BillingError.notAllowed, "403 not_allowed"),
        Case(BillingError.noSuchItem(.pack("x")), "422 unknown_pack pack"),
        Case(BillingError.noSuchItem(.plan("x")), "422 unknown_plan plan"),
        Case(BillingError.planInForce("pro"), "409 already_on_plan plan"),
        Case(BillingError.subscriptionUnpaid, "409 subscription_unpaid"),
        Case(BillingError.foreignAddress(field: "successUrl"), "422 invalid_parameter successUrl"),
        Case(BillingError.checkoutNotFound, "404 not_found"),
        Case(BillingError.stripe(.refused(refused)), "502 payment_provider_refused"),
        Case(StripeError.refused(declined), "402 payment_declined"),
        Case(StripeError.unavailable("secret"), "503 payment_provider_unavailable", retryAfter: 10),
        Case(ReceiveStripeEvent.Refusal.malformed, "400 stripe_event_malformed"),
        Case(ReceiveStripeEvent.Refusal.signature(.missing), "400 stripe_signature_missing"),
        Case(ReceiveStripeEvent.Refusal.signature(.malformed), "400 stripe_signature_malformed"),
        Case(ReceiveStripeEvent.Refusal.signature(.forged), "400 stripe_signature_invalid"),
        Case(ReceiveStripeEvent.Refusal.signature(.stale), "400 stripe_signature_stale"),
        Case(OfferError.notFound("plan"), "404 not_found"), Case(OfferError.inUse, "409 plan_in_use"),
        Case(OfferError.invalid(field: "amount", "No."), "422 invalid_parameter amount"),
        Case(DatabaseError(.busy, "secret"), "503 busy", retryAfter: 1),
        Case(DatabaseError(.unavailable, "secret"), "503 unavailable", retryAfter: 2),
        Case(DatabaseError(.full, "secret"), "503 unavailable", retryAfter: 5),
        Case(APIError(.gone, "gone", "Gone."), "410 gone"),
    ]

    @Test(arguments: accounts + jobs + files + others)
    func `an error of Core has one status and code, and says when to try again`(wanted: Case) async throws {
        let error = try #require(APIError(core: wanted.error))

        #expect(await refusal { throw error } == wanted.expected)
        #expect(error.response(requestID: "r").headers[.retryAfter] == wanted.retryAfter.map { "\($0)" })
        #expect(error.message.last == ".", "a sentence: \(error.message)")
        let message = error.message.replacing("webhook secrets", with: "")
        #expect(!message.contains("secret"), "what only the operator may know")
    }

    @Test(arguments: [
        DatabaseError(.unique, "x"), DatabaseError(.conflict, "x"), DatabaseError(.decoding, "x"),
        DatabaseError(.other, "x"),
        CancellationError(), SecretsError.unreadable, SQLSurprise(),
    ] as [any Error])
    func `what is a fault of the server is no error for a client`(error: any Error) {
        #expect(APIError(core: error) == nil)
    }

    private struct SQLSurprise: Error {}

    private func body(of error: APIError) async throws -> JSON {
        try JSON(parsing: await error.response(requestID: "r-1").bytes)
    }

    @Test func `an error has one shape, and what a program can use stands beside the message`() async throws {
        let error = try #require(APIError(core: LedgerError.insufficientCredits(
            required: Credits(hundredths: 650), available: Credits(hundredths: 5))))
        let json = try await body(of: error)

        #expect(json["error"]?["code"] == "insufficient_credits" && json["error"]?["requestId"] == "r-1")
        #expect(json["error"]?["required"] == .decimal(6.5) && json["error"]?["field"] == nil)
        #expect(json["error"]?["available"].flatMap { Credits(json: $0) } == Credits(hundredths: 5))
        #expect(json["error"]?["message"]?.string == error.message && json.object?.count == 1)
        #expect(error.response(requestID: "r").headers[.cacheControl] == "no-store")
        #expect(error.response(requestID: "r").headers[.contentType] == "application/json; charset=utf-8")
    }

    @Test func `a limit is described, and whose it is`() async throws {
        let members: [(SpendLimit.Scope, String, String?)] = [
            (.account, "account", nil), (.member(ID(rawValue: "m")), "member", "memberId"),
            (.key(ID(rawValue: "k")), "key", "keyId"),
        ]
        for (scope, name, id) in members {
            let reached = SpendLimitReached(
                limit: SpendLimit(scope: scope, period: .day, amount: .whole(5)), required: .whole(6), left: .whole(1),
                renewsAt: Instant(seconds: 86_400))
            let json = try await body(of: try #require(APIError(core: reached)))["error"]

            #expect(json?["limit"]?["scope"]?.string == name && json?["limit"]?["period"] == "day")
            #expect(json?["limit"]?.object?.keys.filter { $0.hasSuffix("Id") } == (id.map { [$0] } ?? []))
            #expect(json?["renewsAt"] == "1970-01-02T00:00:00.000Z" && json?["left"] == 1)
        }
    }

    @Test func `what a client sent is repeated in part at most`() throws {
        let long = String(repeating: "x", count: 10_000)
        for error in [
            SubmitError.catalog(.unknownKind(long, known: [])),
            SubmitError.catalog(.unknownEndpoint(long, kind: "k", known: [])),
            BillingError.noSuchItem(.pack(long)), BillingError.noSuchItem(.plan(long)),
        ] as [any Error] {
            #expect(try #require(APIError(core: error)).message.count < 400)
        }
    }

    @Test func `401 names the scheme, 405 the methods, and nothing else does`() {
        let unauthorized = APIError.unauthorized.response(requestID: "r").headers
        let method = APIError.methodNotAllowed("GET, HEAD").response(requestID: "r").headers
        let other = APIError.notFound("job").response(requestID: "r").headers

        #expect(unauthorized[.wwwAuthenticate] == "Bearer" && unauthorized[.allow] == nil)
        #expect(method[.allow] == "GET, HEAD" && method[.wwwAuthenticate] == nil)
        #expect(other[.allow] == nil && other[.wwwAuthenticate] == nil && other[.retryAfter] == nil)
    }

    @Test(arguments: [
        (Duration.zero, "1"), (.milliseconds(1), "1"), (.seconds(1), "1"), (.milliseconds(1001), "2"),
        (.seconds(-5), "1"),
        (.seconds(3600), "3600"),
    ])
    func `a wait is in whole seconds, rounded up, and never none`(wait: Duration, header: String) {
        let error = APIError(.tooManyRequests, "x", "X.", retryAfter: wait)
        #expect(error.response(requestID: "r").headers[.retryAfter] == header)
    }

    @Test func `a body that is not what a type needs is refused by the name of the member`() async throws {
        struct Body: Decodable {
            let name: String
            let list: [Inner]
            struct Inner: Decodable { let id: ID<Job> }
        }
        let id = "01234567-89ab-7cde-8f01-23456789abcd"
        for (text, expected) in [
            ("", "400 invalid_json"), ("{", "400 invalid_json"), ("[]", "400 invalid_json"),
            ("null", "400 invalid_json"), ("7", "400 invalid_json"),
            ("{}", "422 missing_parameter name"), (#"{"name":7,"list":[]}"#, "422 invalid_parameter name"),
            (#"{"name":null,"list":[]}"#, "422 invalid_parameter name"),
            (#"{"name":"a"}"#, "422 missing_parameter list"),
            (#"{"name":"a","list":[{}]}"#, "422 missing_parameter list.0.id"),
            (#"{"name":"a","list":[{"id":"\#(id)"},{"id":"x"}]}"#, "422 invalid_parameter list.1.id"),
            (#"{"name":"a","list":[7]}"#, "422 invalid_parameter list.0"),
            (#"{"name":"a","list":[{"id":"\#(id)"}]}"#, nil),
        ] as [(String, String?)] {
            let request = Request.test(body: Array(text.utf8))
            #expect(await refusal { _ = try await request.decode(Body.self) } == expected, "\(text)")
        }
    }
}
