import Foundation

/// Why a job failed, as a stable code and a sentence for the person who requested it. Nobody pays for a failed job, and
/// the sentence says so.
package enum JobFailure: Sendable, Hashable {
    case provider(ProviderFailure)
    case lost
    case timedOut
    case flagged
    case nothingDelivered
    case downloadFailed(String)
    case inputMissing
    case storageFailed

    package var code: String {
        switch self {
        case .provider(let failure): failure.code.rawValue
        case .lost: "provider_lost"
        case .timedOut: "timed_out"
        case .flagged: "content_flagged"
        case .nothingDelivered: "nothing_delivered"
        case .downloadFailed: "download_failed"
        case .inputMissing: "input_missing"
        case .storageFailed: "storage_failed"
        }
    }

    /// For the attempt and the operator: the provider's own message if there is one.
    package var reason: String {
        switch self {
        case .provider(let failure): failure.message.storable
        case .downloadFailed(let reason): reason.storable
        case .lost, .timedOut, .flagged, .nothingDelivered, .inputMissing, .storageFailed: sentence
        }
    }

    package var message: String { sentence + " No credits were charged." }

    /// What to say of it while another attempt follows.
    package var cause: String {
        switch self {
        case .provider(let failure):
            switch failure.code {
            case .rateLimited: "The provider is busy."
            case .unavailable: "The provider cannot be reached."
            case .failed: "The provider failed."
            case .contentPolicy, .invalidInput, .misconfigured, .cancelled: sentence
            }
        case .downloadFailed: "The output could not be downloaded."
        case .lost, .timedOut, .flagged, .nothingDelivered, .inputMissing, .storageFailed: sentence
        }
    }

    private var sentence: String {
        switch self {
        case .provider(let failure):
            switch failure.code {
            case .contentPolicy:
                "The provider's content policy does not allow this request. Change the prompt or the image."
            case .invalidInput: "The provider rejected the input: \(Self.asSentence(failure.message.storable))"
            case .rateLimited: "The provider was too busy, even after several attempts. Try again in a few minutes."
            case .unavailable:
                "The provider could not be reached, even after several attempts. Try again in a few minutes."
            case .failed where failure.isTransient: "The provider failed, even after several attempts. Try again."
            case .failed: "The provider's response could not be used. Try again, or contact the operator."
            case .misconfigured:
                "The provider does not accept requests from this installation. Contact the operator."
            case .cancelled: "The provider cancelled the request."
            }
        case .lost: "The provider did not report a result."
        case .timedOut: "The job exceeded its time limit."
        case .flagged: "The result was classified as unsafe and was not delivered. Change the prompt."
        case .nothingDelivered: "The provider returned no output."
        case .downloadFailed: "The output could not be downloaded, even after several attempts. Try again."
        case .storageFailed: "The output could not be stored. Contact the operator."
        case .inputMissing: "The input image was deleted before the job started."
        }
    }

    /// With one end, whether the provider's message has one or not.
    private static func asSentence(_ message: String) -> String {
        let text = message.trimmingCharacters(in: .whitespacesAndNewlines)
        if text.hasSuffix("!") || text.hasSuffix("?") { return text }
        return text.trimmingCharacters(in: CharacterSet(charactersIn: ".").union(.whitespacesAndNewlines)) + "."
    }
}
