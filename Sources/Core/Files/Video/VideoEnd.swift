/// Follows the outermost structure of a film while its bytes arrive: whether it is whole, as far as its format shows
/// that. A download may stop early without saying so, and ffprobe does not notice.
///
/// An MP4 is a row of boxes that ends with the file, and a WebM an element of a given size, behind which anything may
/// come. What is recorded while it is sent has no size: cut between two of its parts, it looks whole.
struct VideoEnd: FileStructure {
    enum Place {
        case start
        case box, largeBox
        case element, elementSize(id: UInt64), segment
    }

    var awaited = AwaitedBytes.bytes(12)
    var place = Place.start
    var gathered: [UInt8] = []
    /// What the film cannot be played without: of an MP4 the boxes `moov` and `mdat`, of a WebM a segment and, if that
    /// has no size, a cluster in it.
    var hasIndex = false
    var hasContent = false
    private var isDecided = false

    /// If the file ended here.
    var isWhole: Bool {
        guard hasContent, hasIndex else { return false }
        if isDecided { return true }
        return switch (awaited, place) {
        case (.bytes, .box), (.bytes, .element): gathered.allSatisfy { $0 == 0 }
        case (.zeros, _): true
        default: false
        }
    }

    mutating func expect(_ awaited: AwaitedBytes, _ place: Place) {
        (self.awaited, self.place) = (awaited, place)
    }

    mutating func fail() {
        (awaited, hasContent) = (.nothing, false)
    }

    /// It is whole, whatever follows.
    mutating func decide() {
        (awaited, isDecided) = (.nothing, true)
    }

    mutating func step(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return next() }
        switch place {
        case .start: begin(bytes)
        case .box, .largeBox: stepInMP4(bytes)
        case .element, .elementSize, .segment: stepInWebM(bytes)
        }
    }

    private mutating func next() {
        switch place {
        case .start, .box, .largeBox: expect(.bytes(8), .box)
        case .element, .elementSize: expect(.bytes(1), .element)
        case .segment:
            hasContent = true
            decide()
        }
    }

    /// - Parameter bytes: Twelve, which show either format, and are the beginning of what is awaited next.
    private mutating func begin(_ bytes: [UInt8]) {
        // A WebM says so only later; that it does is not checked here.
        if bytes[4..<8].elementsEqual("ftyp".utf8) {
            expect(.bytes(8), .box)
        } else if bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) {
            expect(.bytes(1), .element)
        } else {
            return fail()
        }
        bytes.withUnsafeBytes { take($0) }
    }
}
