import Foundation

/// How a picture came to be, as IPTC's vocabulary of digital source types says it.
package struct SourceType: Sendable, Hashable {
    /// The last word of its URI.
    package let term: String

    private init(term: String) { self.term = term }

    /// Made by a model, whether or not it was shown a picture.
    package static let created = SourceType(term: "trainedAlgorithmicMedia")
    /// A picture with parts that a model made.
    package static let composite = SourceType(term: "compositeWithTrainedAlgorithmicMedia")
    /// A picture made clearer or cut out, with nothing in it that was not there.
    package static let enhanced = SourceType(term: "algorithmicallyEnhanced")
    /// Painted by a program that was not trained, such as the sandbox.
    package static let program = SourceType(term: "algorithmicMedia")

    /// With `http`: it is a name, and no address.
    static let prefix = "http://cv.iptc.org/newscodes/digitalsourcetype/"

    package var uri: String { Self.prefix + term }

    private static let makers: Set<KindName> = ["image_to_video", "image_variation", "variation"]
    private static let enhancers: Set<KindName> = [.backgroundRemoval, "upscale", "upscaling", "denoise", "restoration"]

    /// Of what a kind of job makes. A kind that is not known here makes a picture of another one, unless its name says
    /// that it makes one of text.
    package init(of kind: KindName, by provider: ProviderName?) {
        if provider == .sandbox {
            self = .program
        } else if Self.makers.contains(kind) || kind.rawValue.hasPrefix("text_to_") {
            self = .created
        } else {
            self = Self.enhancers.contains(kind) ? .enhanced : .composite
        }
    }

    /// The vocabulary of IPTC, with terms that it has retired.
    private static let vocabulary: Set<String> = [
        "algorithmicMedia", "algorithmicallyEnhanced", "composite", "compositeCapture", "compositeSynthetic",
        "compositeWithTrainedAlgorithmicMedia", "computationalCapture", "dataDrivenMedia", "digitalArt",
        "digitalCapture", "digitalCreation", "humanEdits", "minorHumanEdits", "multiFrameComputationalCapture",
        "negativeFilm", "positiveFilm", "print", "screenCapture", "softwareImage", "trainedAlgorithmicData",
        "trainedAlgorithmicMedia", "virtualRecording",
    ]

    /// What a file says of itself, in XMP, tags or content credentials, unless that is compressed. Returns nil if it
    /// says nothing of the vocabulary. Whatever follows the term may look like more of it: of binary formats, it is the
    /// head of the next value.
    init?(foundIn file: [UInt8]) {
        let prefix = Array(Self.prefix.utf8)
        let start: Int? = file.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var position = 0
            while position + prefix.count < bytes.count,
                let found = memchr(base + position, Int32(prefix[0]), bytes.count - prefix.count - position) {
                position = UnsafeRawPointer(found) - base
                if memcmp(found, prefix, prefix.count) == 0 { return position + prefix.count }
                position += 1
            }
            return nil
        }
        guard let start else { return nil }
        let rest = file[start...].prefix(64)
        let found = Self.vocabulary.filter { rest.starts(with: $0.utf8) }
        guard let term = found.max(by: { $0.utf8.count < $1.utf8.count }) else { return nil }
        self.term = term
    }
}
