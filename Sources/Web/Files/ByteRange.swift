/// The part of a file that a `Range` header asks for (RFC 9110, 14.1). Several ranges, other units and malformed
/// headers mean the whole file, as the header may be ignored.
enum ByteRange: Hashable {
    case whole
    case part(Range<Int>)
    case unsatisfiable

    init(_ header: String?, size: Int) {
        guard let header, header.lowercased().hasPrefix("bytes=") else {
            self = .whole
            return
        }
        let ends = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
            .map { $0.filter { $0 != " " } }
        guard ends.count == 2, ends.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }) else {
            self = .whole
            return
        }
        self = Self.part(from: Self.number(ends[0]), to: Self.number(ends[1]), of: size)
    }

    private static func part(from first: Int?, to last: Int?, of size: Int) -> ByteRange {
        switch (first, last) {
        case (nil, nil): return .whole
        case (nil, let count?): return count == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - count)..<size)
        case (let first?, nil): return first < size ? .part(first..<size) : .unsatisfiable
        case (let first?, let last?):
            guard first <= last else { return .whole }
            return first < size ? .part(first..<min(last, size - 1) + 1) : .unsatisfiable
        }
    }

    /// A number that overflows lies past the end of any file.
    private static func number(_ digits: String) -> Int? {
        digits.isEmpty ? nil : Int(digits) ?? Int.max - 1
    }
}
