/// A file as what is kept of it, in its order, and what takes the place of the rest.
struct FilePieces {
    private enum Piece {
        case kept(Range<Int>)
        case new([UInt8])
    }

    private var pieces: [Piece] = []
    private(set) var isChanged = false
    private(set) var count = 0
    /// Of the picture, as EXIF counts it. The first that says it counts, as for viewers.
    private(set) var orientation = 1
    private var hasExif = false
    /// Whether a C2PA manifest is kept.
    var hasManifest = false

    /// More than any picture has, and no burden.
    private static let most = 50_000
    var areTooMany: Bool { pieces.count > Self.most }

    mutating func keep(_ range: Range<Int>) {
        count += range.count
        guard !areTooMany else { return }
        if case .kept(let last) = pieces.last, last.upperBound == range.lowerBound {
            pieces[pieces.count - 1] = .kept(last.lowerBound..<range.upperBound)
        } else {
            pieces.append(.kept(range))
        }
    }

    mutating func add(_ bytes: [UInt8]) {
        isChanged = true
        count += bytes.count
        guard !areTooMany else { return }
        pieces.append(.new(bytes))
    }

    mutating func drop() { isChanged = true }

    /// Replaces the beginning, which was kept first and whole.
    mutating func replaceBeginning(of length: Int, with bytes: [UInt8]) {
        guard case .kept(let first) = pieces.first, first.count >= length, bytes.count == length else { return }
        isChanged = true
        pieces[0] = .kept(first.lowerBound + length..<first.upperBound)
        pieces.insert(.new(bytes), at: 0)
    }

    /// - Parameter wrap: The block as its format holds it.
    mutating func take(
        exif block: [UInt8], at range: Range<Int>, _ rules: MetadataRules, wrap: ([UInt8]) -> [UInt8]
    ) {
        let (verdict, orientation) = rules.judge(exif: block)
        guard !hasExif else { return drop() }
        hasExif = true
        self.orientation = orientation
        switch verdict {
        case .keep: keep(range)
        case .drop: drop()
        case .replace(let bytes): add(wrap(bytes))
        }
    }

    /// What is behind the end of the picture. Some who make pictures add zeros or a newline there, which stay; anything
    /// else is another file, such as the film of a phone's photo, with a place and a camera of its own.
    mutating func finish(_ file: [UInt8], at end: Int) {
        guard end < file.count else { return }
        if file[end...].allSatisfy({ $0 == 0 || $0 == 0x0A || $0 == 0x0D || $0 == 0x20 }) {
            keep(end..<file.count)
        } else {
            drop()
        }
    }

    func bytes(of file: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for piece in pieces {
            switch piece {
            case .kept(let range): bytes += file[range]
            case .new(let new): bytes += new
            }
        }
        return bytes
    }
}
