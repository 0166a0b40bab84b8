import Testing

/// A row of the table in `docs/sandbox.md`: what is ordered, and what the user of Darkroom then sees.
struct Fault: Sendable, CustomTestStringConvertible {
    /// As in a prompt.
    let order: String
    var images = 1
    var status = "completed"
    var code: String?
    var message: String?
    /// How many images are paid for; the others' price is given back.
    var captured = 1
    /// Nil if it depends on the moment.
    var attempts: Int? = 1

    var testDescription: String { order }

    /// All but those that are cancelled, which have tests of their own.
    static let all: [Fault] = delayed + refused + broken + webhooks + withoutResponse

    private static let delayed = [
        Fault(order: "sandbox:slow=1"),
        Fault(order: "sandbox:queue=1"),
    ]

    private static let refused = [
        Fault(order: "sandbox:429", status: "failed", code: "provider_busy",
            message: "The provider was too busy, even after several attempts. Try again in a few minutes.", captured: 0,
            attempts: 4),
        Fault(order: "sandbox:429=2", attempts: 3),
        Fault(order: "sandbox:500-then-ok", attempts: 2),
        Fault(order: "sandbox:locked", status: "failed", code: "provider_misconfigured",
            message: "The provider does not accept requests from this installation. Contact the operator.",
            captured: 0),
    ]

    private static let broken = [
        Fault(order: "sandbox:policy", status: "failed", code: "content_policy",
            message: """
                The provider's content policy does not allow this request. Change the prompt or the image.
                """, captured: 0),
        Fault(order: "sandbox:error", status: "failed", code: "provider_error",
            message: "The provider failed, even after several attempts. Try again.", captured: 0, attempts: 4),
        Fault(order: "sandbox:flagged", status: "failed", code: "content_flagged",
            message: "The result was classified as unsafe and was not delivered. Change the prompt.", captured: 0),
        Fault(order: "sandbox:flagged=1", images: 2),
        Fault(order: "sandbox:partial", images: 4, captured: 2),
        Fault(
            order: "sandbox:dead-link", status: "failed", code: "download_failed", message: downloadFailed, captured: 0,
            attempts: 4),
        Fault(
            order: "sandbox:truncated", status: "failed", code: "download_failed", message: downloadFailed, captured: 0,
            attempts: 4),
    ]

    private static let webhooks = [
        Fault(order: "sandbox:webhook-lost"), Fault(order: "sandbox:webhook-twice"),
        Fault(order: "sandbox:webhook-first"),
        Fault(order: "sandbox:webhook-forged"), Fault(order: "sandbox:webhook-stale"),
        Fault(order: "sandbox:webhook-stranger"),
    ]

    private static let withoutResponse = [
        Fault(order: "sandbox:no-answer"),
    ]

    /// Waits in vain for its webhook before every attempt but the first.
    static let lost = Fault(
        order: "sandbox:no-answer sandbox:webhook-lost", status: "failed", code: "provider_lost",
        message: "The provider did not report a result.", captured: 0, attempts: 4)

    private static let downloadFailed =
        "The output could not be downloaded, even after several attempts. Try again."
}
