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
        case .provider(let failure): failure.message
        case .downloadFailed(let reason): reason
        case .lost, .timedOut, .flagged, .nothingDelivered, .inputMissing, .storageFailed: sentence
        }
    }

    package var message: String { sentence + " Your credits were given back." }

    private var sentence: String {
        switch self {
        case .provider(let failure):
            switch failure.code {
            case .contentPolicy:
                "The provider's content policy does not allow this request. Change the prompt or the picture."
            case .invalidInput: "The provider could not use this input: \(failure.message)."
            case .rateLimited: "The provider was too busy, also after several tries. Try again in a few minutes."
            case .unavailable:
                "The provider could not be reached, also after several tries. Try again in a few minutes."
            case .failed: "The provider failed, also after several tries. Try again."
            case .misconfigured:
                "The provider takes no work from this installation at the moment. Its operator must look into it."
            case .cancelled: "The provider cancelled the work."
            }
        case .lost: "The provider never said what became of the work."
        case .timedOut: "The work was not done within its time limit."
        case .flagged: "The result was found unsafe and is not delivered. Change the prompt."
        case .nothingDelivered: "The provider finished without a result."
        case .downloadFailed: "The result could not be fetched from the provider, also after several tries. Try again."
        case .storageFailed: "The result could not be stored here. The operator must look into it."
        case .inputMissing: "The picture to work on was deleted before the work began."
        }
    }
}
